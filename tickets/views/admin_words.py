"""Words of the administrator's pages for what the tables hold as codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from tickets.roles import roles_known
from tickets.views.reader import language

FUNCTION_WORDS = {
    "service": gettext_lazy("客户服务部门"),
    "centre": gettext_lazy("投诉处理中心"),
    "remote": gettext_lazy("远端处理单元"),
    "owner": gettext_lazy("投诉业务责任部门"),
    "handler": gettext_lazy("工单处理责任部门"),
    "assist": gettext_lazy("协办部门"),
    "channel": gettext_lazy("受理渠道"),
    "supervision": gettext_lazy("监督/督办"),
    "management": gettext_lazy("经理/总经理"),
}
TIER_WORDS = {
    "hq": gettext_lazy("总部"),
    "province": gettext_lazy("省"),
    "city": gettext_lazy("市"),
    "site": gettext_lazy("管理处"),
}
ROLE_WORDS = {
    "front_desk": gettext_lazy("受理员"),
    "dispatcher": gettext_lazy("派单员"),
    "head": gettext_lazy("责任部门负责人"),
    "handler": gettext_lazy("处理人"),
    "caller": gettext_lazy("回访员"),
    "supervisor": gettext_lazy("主管/督办"),
    "officer": gettext_lazy("申诉管理员"),
    "quality": gettext_lazy("质检员"),
    "auditor": gettext_lazy("审计员"),
    "administrator": gettext_lazy("系统管理员"),
    "security_admin": gettext_lazy("安全管理员"),
    "hotline": gettext_lazy("热线系统"),
}
WHAT_WORDS = {
    "unit_create": gettext_lazy("新建单位"),
    "unit_change": gettext_lazy("修改单位"),
    "unit_move": gettext_lazy("移动单位"),
    "unit_close": gettext_lazy("关闭单位"),
    "unit_reopen": gettext_lazy("重开单位"),
    "units_import": gettext_lazy("导入单位"),
    "routes_import": gettext_lazy("导入路由"),
    "people_import": gettext_lazy("导入人员"),
    "route_set": gettext_lazy("设置路由"),
    "route_move": gettext_lazy("调整路由顺序"),
    "route_remove": gettext_lazy("删除路由"),
    "day_set": gettext_lazy("设置本单位的日子"),
    "day_remove": gettext_lazy("取消本单位的日子"),
    "year_publish": gettext_lazy("发布年历"),
    "rulebook_load": gettext_lazy("装入规则手册"),
    "rulebook_retime": gettext_lazy("重算在办工单的时限"),
    "message_resend": gettext_lazy("重发通知"),
    "customers_import": gettext_lazy("导入客户数"),
    "report_schedule": gettext_lazy("设定期报告"),
    "report_switch": gettext_lazy("启停定期报告"),
    "report_run": gettext_lazy("再生成报告"),
    "month_freeze": gettext_lazy("月度定稿"),
    "figure_restate": gettext_lazy("更正定稿"),
    "writing_publish": gettext_lazy("发布分析报告或通报"),
    "survey_draw": gettext_lazy("抽取调查样本"),
    "survey_import": gettext_lazy("导入调查结果"),
    "subscription_create": gettext_lazy("建立事件订阅"),
    "subscription_switch": gettext_lazy("启停事件订阅"),
    "subscription_remove": gettext_lazy("删除事件订阅"),
    "robot_set": gettext_lazy("设置群机器人"),
    "robot_remove": gettext_lazy("删除群机器人"),
    "desk_set": gettext_lazy("设置公众页"),
    "clock_try_again": gettext_lazy("重试搁置的时限"),
    "person_create": gettext_lazy("新建人员"),
    "person_change": gettext_lazy("修改人员"),
    "person_deactivate": gettext_lazy("停用人员"),
    "person_activate": gettext_lazy("启用人员"),
    "password_reset": gettext_lazy("重设密码"),
    "second_factor_reset": gettext_lazy("重设登录验证码"),
    "duty_grant": gettext_lazy("设岗位"),
    "duty_withdraw": gettext_lazy("撤岗位"),
    "absence_set": gettext_lazy("登记缺勤和代理"),
    "absence_end": gettext_lazy("结束缺勤"),
    "token_create": gettext_lazy("发令牌"),
    "token_revoke": gettext_lazy("收回一个令牌"),
    "tokens_revoke": gettext_lazy("收回令牌"),
    "contact_set": gettext_lazy("设联系责任人"),
    "contacts_import": gettext_lazy("导入联系责任人"),
}


def roles() -> dict[str, str]:
    """Every role somebody may hold, by id, in the reader's language where it is one of the standard ones."""
    return {
        role: str(ROLE_WORDS.get(role, title if language() == "zh" else role)) for role, title in roles_known().items()
    }


def functions(codes: list[str]) -> str:
    return "、".join(str(FUNCTION_WORDS.get(code, code)) for code in codes)


def tier(code: str) -> str:
    return str(TIER_WORDS.get(code, code))
