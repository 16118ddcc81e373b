"""The cast everybody knows: two small organisations and a person for every role.

`cast()` builds it with a dozen statements and returns a `Cast`:

    c = cast()
    c.units["410000-centre"], c.people["dispatcher"], c.people["dispatcher2"]
    c.hq, c.prop                      # the organisations HQ (telecom) and PROP (property company)

A name with a 2 is a second person of the same duties, for rules of four eyes. `unit`, `person`, `duty` and `route`
add one more row to whatever a test needs.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db.models import F

from tickets.models import Duty, Organisation, Person, Route, Unit

PASSWORD = "Cast-2026!"  # of everybody
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # Tuesday 12:00 in Shanghai

# code, name, parent, tier, functions, region
UNITS = (
    ("HQ", "公司总部", "", "hq", "management", ""),
    ("PROP", "物业公司", "", "hq", "management", ""),
    ("HQ-service", "总部客户服务部", "HQ", "hq", "service", ""),
    ("HQ-centre", "总部投诉处理中心", "HQ", "hq", "centre", ""),
    ("HQ-supervision", "总部督办室", "HQ", "hq", "supervision", ""),
    ("HQ-market", "总部市场部", "HQ", "hq", "owner", ""),
    ("HQ-net", "总部网络部", "HQ", "hq", "handler", ""),
    ("HQ-hotline", "总部客服热线", "HQ", "hq", "channel", ""),
    ("410000", "河南省分公司", "HQ", "province", "management", "410000"),
    ("320000", "江苏省分公司", "HQ", "province", "management", "320000"),
    ("410000-service", "省客户服务部", "410000", "province", "service", "410000"),
    ("410000-centre", "省投诉处理中心", "410000", "province", "centre", "410000"),
    ("410000-supervision", "省督办室", "410000", "province", "supervision", "410000"),
    ("410000-market", "省市场部", "410000", "province", "owner", "410000"),
    ("410000-net", "省网络部", "410000", "province", "handler", "410000"),
    ("410000-hotline", "省客服热线", "410000", "province", "channel", "410000"),
    ("320000-service", "江苏客户服务部", "320000", "province", "service", "320000"),
    ("320000-centre", "江苏投诉处理中心", "320000", "province", "centre", "320000"),
    ("320000-net", "江苏网络部", "320000", "province", "handler", "320000"),
    ("410100", "郑州市分公司", "410000", "city", "management", "410100"),
    ("410100-remote", "郑州远端处理单元", "410100", "city", "remote", "410100"),
    ("410100-net", "郑州网络维护部", "410100", "city", "handler", "410100"),
    ("410100-billing", "郑州计费部", "410100", "city", "handler", "410100"),
    ("410100-line", "郑州线路维护中心", "410100", "city", "assist", "410100"),
    ("410100-estate", "郑州物业协调组", "410100", "city", "assist", "410100"),
    ("410100-hall", "郑州花园路营业厅", "410100", "city", "channel", "410100"),
    ("PROP-site1", "翠湖管理处", "PROP", "site", "management", ""),
    ("PROP-site1-cs", "翠湖客户服务中心", "PROP-site1", "site", "channel service centre", ""),
    ("PROP-site1-engineering", "翠湖工程部", "PROP-site1", "site", "handler", ""),
    ("PROP-site1-security", "翠湖保安部", "PROP-site1", "site", "handler", ""),
)

# key, name, unit, roles; `role@CODE` is a duty at another unit, a trailing + takes the units below with it
PEOPLE = (
    ("administrator", "系统管理员", "HQ", "administrator+"),
    ("security_admin", "安全管理员", "HQ", "security_admin+"),
    ("auditor", "审计员", "HQ", "auditor+"),
    ("quality", "质检员", "HQ-service", "quality@HQ+"),
    ("officer", "申诉管理员", "HQ-service", "officer"),
    ("officer2", "申诉管理员乙", "HQ-service", "officer"),
    ("hq_caller", "总部回访员", "HQ-centre", "caller caller@HQ-service"),
    ("hq_caller2", "总部回访员乙", "HQ-centre", "caller caller@HQ-service"),
    ("hq_dispatcher", "总部派单员", "HQ-centre", "dispatcher"),
    ("hq_dispatcher2", "总部派单员乙", "HQ-centre", "dispatcher"),
    ("hq_supervisor", "总部督办", "HQ-supervision", "supervisor supervisor@HQ+"),
    ("hq_market_head", "总部市场部负责人", "HQ-market", "head"),
    ("hq_net_head", "总部网络部负责人", "HQ-net", "head"),
    ("hq_front_desk", "总部受理员", "HQ-hotline", "front_desk"),
    ("branch_head", "省联系责任人", "410000-service", "branch_head"),
    ("dispatcher", "派单员", "410000-centre", "dispatcher"),
    ("dispatcher2", "派单员乙", "410000-centre", "dispatcher"),
    ("caller", "回访员", "410000-centre", "caller"),
    ("caller2", "回访员乙", "410000-centre", "caller"),
    ("supervisor", "主管", "410000-supervision", "supervisor supervisor@410000+"),
    ("market_head", "省市场部负责人", "410000-market", "head"),
    ("market_handler", "省市场部处理人", "410000-market", "handler"),
    ("province_net_head", "省网络部负责人", "410000-net", "head"),
    ("province_front_desk", "省热线受理员", "410000-hotline", "front_desk"),
    ("hotline", "热线系统", "410000-hotline", "hotline"),
    ("js_branch_head", "江苏联系责任人", "320000-service", "branch_head"),
    ("js_dispatcher", "江苏派单员", "320000-centre", "dispatcher"),
    ("js_caller", "江苏回访员", "320000-centre", "caller"),
    ("js_net_head", "江苏网络部负责人", "320000-net", "head"),
    ("remote_head", "远端单元负责人", "410100-remote", "head"),
    ("remote_handler", "远端单元处理人", "410100-remote", "handler"),
    ("head", "网络维护部负责人", "410100-net", "head"),
    ("head2", "网络维护部副职", "410100-net", "head"),
    ("handler", "网络处理人", "410100-net", "handler"),
    ("handler2", "网络处理人乙", "410100-net", "handler"),
    ("billing_head", "计费部负责人", "410100-billing", "head"),
    ("billing_handler", "计费处理人", "410100-billing", "handler"),
    ("line_head", "线路中心负责人", "410100-line", "head"),
    ("estate_head", "物业协调组负责人", "410100-estate", "head"),
    ("front_desk", "受理员", "410100-hall", "front_desk"),
    ("front_desk2", "受理员乙", "410100-hall", "front_desk"),
    ("prop_administrator", "物业系统管理员", "PROP", "administrator+"),
    ("general_manager", "公司总经理", "PROP", "general_manager"),
    ("general_manager2", "公司副总经理", "PROP", "general_manager"),
    ("manager", "物业部经理", "PROP-site1", "manager+"),
    ("manager2", "物业部副经理", "PROP-site1", "manager+"),
    ("office_head", "管理处负责人", "PROP-site1", "office_head+"),
    ("receptionist", "接待员", "PROP-site1-cs", "receptionist"),
    ("receptionist2", "接待员乙", "PROP-site1-cs", "receptionist"),
    ("cs_supervisor", "客服中心主管", "PROP-site1-cs", "cs_supervisor"),
    ("engineering_head", "工程部负责人", "PROP-site1-engineering", "dept_head"),
    ("engineering_head2", "工程部副职", "PROP-site1-engineering", "dept_head"),
    ("security_head", "保安部负责人", "PROP-site1-security", "dept_head"),
)

# organisation, business type, complaint type, region, unit; the first that fits
ROUTES = (
    ("HQ", "*", "network_quality", "410100", "410100-net"),
    ("HQ", "*", "billing", "410100", "410100-billing"),
    ("HQ", "*", "network_quality", "410000", "410000-net"),
    ("HQ", "*", "*", "410000", "410000-market"),
    ("HQ", "*", "*", "320000", "320000-net"),
    ("HQ", "*", "*", "*", "HQ-market"),
    ("PROP", "*", "*", "*", "PROP-site1-engineering"),
)


@dataclass
class Cast:
    """What `cast()` built, by code and by key."""

    hq: Organisation
    prop: Organisation
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


@cache
def password_hash() -> str:
    """Hashing is slow on purpose: once is enough."""
    return make_password(PASSWORD)


def unit(code: str, *, parent: Unit, name: str = "", tier: str = "", functions: str = "", **more: object) -> Unit:
    """One more unit below `parent`; `functions` are words with spaces between."""
    made = Unit.objects.create(
        organisation=parent.organisation,
        code=code,
        name=name or code,
        parent=parent,
        tier=tier or parent.tier,
        functions=functions.split(),
        region=more.pop("region", parent.region),
        **more,
    )
    made.path = f"{parent.path}{made.pk}/"
    made.save(update_fields=["path"])
    stamp(made.organisation)
    return made


def person(username: str, *, home: Unit, roles: str = "", name: str = "", **more: object) -> Person:
    """One more person at `home`, holding `roles` (words) there."""
    made = Person.objects.create(
        organisation=home.organisation,
        username=username,
        name=name or username,
        home_unit=home,
        password=password_hash(),
        **more,
    )
    for role in roles.split():
        duty(made, role, home)
    stamp(home.organisation)
    return made


def duty(who: Person, role: str, at: Unit, *, subtree: bool = False) -> Duty:
    stamp(at.organisation)
    return Duty.objects.create(person=who, role=role, unit=at, subtree=subtree)


def route(to: Unit, *, seat: Person | None = None, **cells: str) -> Route:
    """A row that stands above the others: `route(unit, complaint_type="billing", region="410100")`."""
    row = dict.fromkeys(("book", "business_type", "complaint_type", "region", "level"), "*") | cells
    Route.objects.filter(organisation=to.organisation).update(position=F("position") + 1)
    stamp(to.organisation)
    found = {"unit": to, "person": seat, "position": 0}
    return Route.objects.update_or_create(organisation=to.organisation, **row, defaults=found)[0]


def stamp(organisation: Organisation) -> None:
    """Per-process caches look at this number."""
    Organisation.objects.filter(pk=organisation.pk).update(stamp=F("stamp") + 1)


def cast() -> Cast:
    """Build both organisations. Start here; take from it what the test needs."""
    hq = Organisation.objects.create(code="HQ", name="联通公司")
    prop = Organisation.objects.create(code="PROP", name="翠湖物业公司")
    made = Cast(hq=hq, prop=prop)
    _units(made)
    _people(made)
    Route.objects.bulk_create(
        Route(
            organisation=hq if organisation == "HQ" else prop,
            position=place,
            business_type=business,
            complaint_type=complaint,
            region=region,
            unit=made.units[code],
        )
        for place, (organisation, business, complaint, region, code) in enumerate(ROUTES)
    )
    return made


def _units(made: Cast) -> None:
    """One statement for each depth of the tree, because a child needs its parent's id; then the paths."""
    waiting = list(UNITS)
    while waiting:
        ready = [row for row in waiting if not row[2] or row[2] in made.units]
        for built in Unit.objects.bulk_create(_unit(made, row) for row in ready):
            made.units[built.code] = built
        waiting = [row for row in waiting if row not in ready]
    for built in made.units.values():  # a dict keeps its order: parents come first
        built.path = f"{built.parent.path if built.parent else '/'}{built.pk}/"
    Unit.objects.bulk_update(made.units.values(), ["path"])


def _unit(made: Cast, row: tuple[str, ...]) -> Unit:
    code, name, parent, tier, functions, region = row
    return Unit(
        organisation=made.prop if code.startswith("PROP") else made.hq,
        code=code,
        name=name,
        parent=made.units.get(parent),
        tier=tier,
        functions=functions.split(),
        region=region,
    )


def _people(made: Cast) -> None:
    built = Person.objects.bulk_create(
        Person(
            organisation=made.units[home].organisation,
            username=key,
            name=name,
            home_unit=made.units[home],
            email=f"{key}@cast.invalid",
            password=password_hash(),
            kind=Person.Kind.SERVICE if key == "hotline" else Person.Kind.HUMAN,
        )
        for key, name, home, _ in PEOPLE
    )
    made.people = {who.username: who for who in built}
    Duty.objects.bulk_create(_duty(made, key, home, word) for key, _, home, duties in PEOPLE for word in duties.split())


def _duty(made: Cast, key: str, home: str, word: str) -> Duty:
    role, _, code = word.rstrip("+").partition("@")
    return Duty(person=made.people[key], role=role, unit=made.units[code or home], subtree=word.endswith("+"))
