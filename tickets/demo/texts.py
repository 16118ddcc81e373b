"""What demo customers say and what they are told. Invented; numbers and addresses belong to nobody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of trouble: its classes, the customer's words, what they want, and how it ends."""

    business_type: str
    complaint_type: str
    subject: str
    content: str
    request: str
    solution: str
    reply: str
    cause: str = "resource_fault"


TELECOM = (
    Matter(
        "mobile.gsm",
        "network_quality",
        "{place}手机信号弱",
        "我住在{place}，从{day}起手机在家里只有一格信号，打电话断断续续，要走到阳台上才能接通，家里三部手机都这样。",
        "尽快恢复信号，说明什么时候能好",
        "经测试，附近基站一块载频板故障，已更换，现场复测信号正常。",
        "您反映的信号问题是附近基站设备故障造成的，现已修复，复测正常。给您带来不便，很抱歉。",
    ),
    Matter(
        "mobile.wcdma",
        "quality_within_net",
        "{place}上网时断时续",
        "在{place}用 3G 上网，{day}以来每天晚上八点以后打不开网页，视频一直转圈，重启手机也没有用。",
        "查明原因，恢复正常上网",
        "晚间该小区用户集中，已对扇区扩容并调整天线倾角，忙时速率恢复。",
        "您所在区域晚间用户集中，我们已完成扩容，请您今晚再试。很抱歉给您添了麻烦。",
    ),
    Matter(
        "fixed.broadband",
        "network_quality",
        "{place}宽带频繁掉线",
        "{place}的宽带{day}开始每隔十几分钟就掉线，光猫红灯闪，报修两次都说正常，家里孩子上网课受影响。",
        "上门检查线路，退还这几天的费用",
        "上门发现入户光缆弯折损耗过大，已更换尾纤，连续观测 4 小时无掉线。",
        "师傅上门更换了入户光缆，线路已稳定。影响期间的费用将在下月账单中退还。",
    ),
    Matter(
        "fixed.phone",
        "network_quality",
        "{place}固定电话有杂音",
        "我家{place}的固定电话从{day}开始杂音很大，对方听不清我说话，家里老人只会用这部电话。",
        "派人来修",
        "交接箱进水造成线对绝缘下降，已更换线对并做防水处理。",
        "交接箱进水引起杂音，现已更换线路，试通话清晰。感谢您的耐心等待。",
    ),
    Matter(
        "mobile.gsm",
        "billing",
        "{month}月话费多扣 {amount} 元",
        "我{month}月的话费比平时多了 {amount} 元，账单里有一项套餐外流量，可我的套餐根本没有用完，客服说不清楚。",
        "查清扣费原因，多扣的退给我",
        "核对详单，套餐变更当日计费规则未同步，多计 {amount} 元，已做退费。",
        "经核对，套餐变更当日多计 {amount} 元，已退到您的账户，请您查看余额。很抱歉。",
        "misoperation",
    ),
    Matter(
        "added.sms",
        "subscription",
        "没有订过的短信业务被扣费",
        "我从来没有订过什么天气短信，可是从{month}月起每月扣 {amount} 元，发短信退订也没有反应。",
        "马上退订，退还已扣的钱",
        "该业务由合作方误发订购请求，已退订并退费，已对合作方发出整改通知。",
        "这项业务是合作方误订的，已为您退订，并退还全部费用 {amount} 元。",
        "publicity",
    ),
    Matter(
        "added.mobile_data",
        "tariff_dispute",
        "流量包资费与宣传不一致",
        "营业员说 {amount} 元的流量包全国都能用，我{day}出差用了才知道只能省内用，结果又扣了一笔漫游流量费。",
        "退还漫游流量费，解释清楚资费",
        "宣传单未注明省内使用，按宣传口径为客户退还漫游流量费并更正宣传单。",
        "宣传单没有写明使用范围，这是我们的疏忽。漫游流量费已退还，宣传单已更正。",
        "publicity",
    ),
    Matter(
        "mobile.gsm",
        "bill_dispute",
        "详单里有没打过的长途电话",
        "我的详单上{day}有两个国内长途，各二十多分钟，可那个时间我在上班，手机一直在身边没有打过。",
        "核实这两个电话，不是我打的就退费",
        "核对交换机原始话单，主叫确为该号码；客户手机曾交家人使用，已向客户解释。",
        "我们核对了原始话单，通话确由您的号码发起。家人回忆当时曾借用手机，感谢您的理解。",
        "customer",
    ),
    Matter(
        "fixed.broadband",
        "handling_of_business",
        "移机申请两周没有办",
        "我{day}在营业厅交了宽带移机申请，说好三天办好，到现在两周了没有人联系我，打电话总让等。",
        "本周内移好，说明为什么拖这么久",
        "新址端口已满，工单滞留未转资源部门；已扩容端口并上门完成移机。",
        "新址端口不足，我们没有及时告诉您，很抱歉。端口已扩容，移机已完成。",
        "process",
    ),
    Matter(
        "mobile.wcdma",
        "terminal",
        "合约机屏幕失灵不给换",
        "{day}在营业厅办的合约手机，用了不到一周屏幕就没有反应，营业厅说要我自己去找厂家。",
        "按三包规定换机",
        "检测为主板故障，符合七日内换机条件，已协调营业厅换机。",
        "检测确认是手机故障，符合换机条件，请您带原包装到营业厅换新机。",
        "product_defect",
    ),
    Matter(
        "service",
        "own_hall",
        "{place}营业厅排队太久",
        "{day}下午我在{place}营业厅等了一个半小时，五个窗口只开两个，前面还有二十多个人，没有人来解释。",
        "增加窗口，改进叫号",
        "当日两名营业员临时请假未补位，已调整排班并增设引导员。",
        "当天人手安排不足，让您久等了，很抱歉。我们已调整排班，高峰时段增开窗口。",
        "process",
    ),
    Matter(
        "service",
        "service_quality",
        "装维人员态度不好",
        "{day}来装宽带的师傅迟到三个小时，进门没有穿鞋套，我说了一句他就把工具一摔。",
        "要求道歉",
        "情况属实，装维人员已上门道歉，按规定扣减当月绩效。",
        "您反映的情况属实，当事人已向您道歉并受到处理。感谢您的监督。",
        "conduct",
    ),
    Matter(
        "mobile.gsm",
        "interconnect",
        "打外网号码经常不通",
        "最近一个星期我拨打其他运营商的号码经常提示无法接通，对方明明有信号，反过来打我也不通。",
        "查清是哪家的问题，恢复正常",
        "网间中继电路拥塞，已协调对方扩容，接通率恢复到 98%。",
        "网间电路拥塞造成接通困难，我们已协调扩容，现已恢复。",
        "interconnect",
    ),
    Matter(
        "fixed.leased",
        "network_quality",
        "公司专线丢包",
        "我们公司在{place}的专线{day}起丢包严重，视频会议开不成，已经影响跟客户签合同。",
        "两小时内给出恢复时间",
        "传输节点板卡端口误码，已倒换到备用端口并更换板卡。",
        "传输设备端口误码造成丢包，现已更换，线路质量恢复，后续一周我们每天回测。",
    ),
    Matter(
        "other",
        "unknown",
        "反映{place}机房噪声扰民",
        "你们在{place}楼下的机房，空调外机夜里嗡嗡响，{day}以来全家睡不好，物业说管不了。",
        "减小噪声",
        "外机减震垫老化，已更换并加装隔声罩，夜间实测低于限值。",
        "机房外机的减震垫老化，我们已更换并加装隔声罩，请您今晚再听一听。",
    ),
)
PLACES = (
    "金水区花园路 {n} 号院",
    "中原区建设西路 {n} 号",
    "二七区航海路 {n} 号楼",
    "涧西区牡丹路 {n} 号",
    "老城区九都路 {n} 号院",
    "管城区紫荆山路 {n} 号",
)
PLACES_EAST = ("玄武区珠江路 {n} 号", "鼓楼区湖南路 {n} 号", "姑苏区人民路 {n} 号", "园区星湖街 {n} 号")


@dataclass(frozen=True, slots=True)
class Trouble:
    """The same for the property company."""

    content_type: str
    department: str
    content: str
    request: str
    solution: str
    reply: str
    harm: bool = False
    fault: bool = False


PROPERTY = (
    Trouble(
        "quality",
        "engineering",
        "{building}楼道灯坏了一个星期，晚上上楼看不清，跟门岗说过两次没有人来换。",
        "尽快把灯换好",
        "已更换楼道灯具六盏，逐层检查照明。",
        "楼道灯已全部更换，我们会每周巡查一次。",
    ),
    Trouble(
        "incident",
        "engineering",
        "{building}的电梯今天上午把人关了二十分钟，按铃没有人答应，里面还有个孩子。",
        "查明原因，给个说法",
        "门机控制板故障，维保单位已更换，值班室对讲已修复并试验。",
        "电梯控制板已更换并试运行，值班对讲已恢复。让您和孩子受惊了，我们上门致歉。",
        fault=True,
    ),
    Trouble(
        "attitude",
        "security",
        "门岗保安不让我岳父进小区，说话很冲，老人在门口站了半个小时。",
        "要求保安道歉，改进管理",
        "情况属实，当班保安已上门道歉，班组重新培训来访登记流程。",
        "当班保安态度不好，已上门向老人道歉，班组已重新培训。",
        fault=True,
    ),
    Trouble(
        "quality",
        "engineering",
        "{building}地下车库的排水沟堵了，一下雨就积水，我的车轮都泡在水里。",
        "疏通下水，以后定期清理",
        "已疏通排水沟并清掏集水井，列入雨季每周检查。",
        "排水沟已疏通，雨季我们每周检查一次。",
    ),
    Trouble(
        "incident",
        "engineering",
        "{building}外墙掉下一块瓷砖，砸坏了我停在下面的车，挡风玻璃裂了。",
        "赔偿修车费，排查外墙",
        "已设围挡并请专业单位排查外墙，修车费用经核实由公司承担。",
        "外墙已排查加固，修车费用已与您确认并支付。",
        harm=True,
        fault=True,
    ),
    Trouble(
        "quality",
        "cleaning",
        "楼下垃圾桶两天没有清，夏天味道很大，{building}一楼窗户都不敢开。",
        "每天按时清运",
        "清运车故障漏收，已补收并消杀，调整为每日两次。",
        "垃圾已清运并消毒，清运改为每天两次。",
    ),
    Trouble(
        "quality",
        "engineering",
        "想问一下{building}什么时候恢复供水，公告里没有写时间。",
        "告诉恢复时间",
        "已告知自来水公司抢修，预计当日 18 时恢复。",
        "自来水公司正在抢修，预计今天 18 时恢复供水。",
    ),
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"
GIVEN = ("伟", "芳", "敏", "静", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "霞", "平", "桂英", "志明", "晓东", "丽华")
