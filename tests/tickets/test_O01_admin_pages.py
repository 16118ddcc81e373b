"""The administrator's pages: organisation, people, rulebooks, messages, audit trail (rows O01-O05, R01, R04, S07)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.books import BOOKS, loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.models import AdminEntry, CalendarYear, Message, Person, Route, RulebookVersion, Unit

pytestmark = pytest.mark.django_db

READ = ("organisation", "routes", "calendar", "people", "rulebooks", "system", "dead-letters")


@pytest.fixture
def c() -> Cast:
    return cast()


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def administrator(c: Cast) -> Client:
    return client_of(c.people["administrator"])


@pytest.fixture
def security(c: Cast) -> Client:
    return client_of(c.people["security_admin"])


def last(what: str) -> AdminEntry:
    return AdminEntry.objects.filter(what=what).latest("pk")


def upload(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", READ)
def test_S07_the_three_administrators_read_and_nobody_else_does(c: Cast, name: str) -> None:
    loaded("unicom-complaint")
    for who in ("administrator", "security_admin", "auditor"):
        assert client_of(c.people[who]).get(reverse(name)).status_code == 200, (who, name)
    if name != "rulebooks":
        assert client_of(c.people["supervisor"]).get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302


def test_S07_each_administrator_changes_only_their_own(c: Cast) -> None:
    unit = reverse("unit", args=["410100-net"])
    person = reverse("person", args=["handler"])
    for who, address in (("auditor", unit), ("security_admin", unit), ("auditor", person), ("administrator", person)):
        answer = client_of(c.people[who]).post(address, {"act": "close", "name": "x"})
        assert answer.status_code == 403, (who, address)
    assert not AdminEntry.objects.exists()


def test_S07_nobody_reaches_into_another_organisation(c: Cast) -> None:
    stranger = client_of(c.people["prop_administrator"])
    assert stranger.get(reverse("unit", args=["410100-net"])).status_code == 404
    assert stranger.post(reverse("unit", args=["410100-net"]), {"act": "close"}).status_code == 404
    assert "410100" not in stranger.get(reverse("organisation")).content.decode()
    assert stranger.get(reverse("person", args=["handler"])).status_code == 404


# ── units ────────────────────────────────────────────────────────────────────────────────────────────


def test_O01_a_unit_is_made_changed_moved_closed_and_reopened(c: Cast, administrator: Client) -> None:
    made = {"code": "410200", "name": "开封市分公司", "tier": "city", "parent": "410000", "functions": ["management"]}
    assert administrator.post(reverse("unit-new"), made).status_code == 302
    address = reverse("unit", args=["410200"])
    changed = {"act": "change", "name": "开封分公司", "tier": "city", "hours": "08:30-12:00,13:00-17:00"}
    assert administrator.post(address, changed).status_code == 302
    assert administrator.post(address, {"act": "move", "parent": "320000"}).status_code == 302
    unit = Unit.objects.get(code="410200")
    assert (unit.name, unit.parent.code, unit.hours[1]) == ("开封分公司", "320000", ["13:00", "17:00"])
    administrator.post(address, {"act": "close"})
    assert Unit.objects.get(code="410200").closed_at
    administrator.post(address, {"act": "reopen"})
    assert Unit.objects.get(code="410200").closed_at is None
    trail = list(AdminEntry.objects.order_by("pk").values_list("what", flat=True))
    assert trail == ["unit_create", "unit_change", "unit_move", "unit_close", "unit_reopen"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "填单位名称"),
        ({"name": "长" * 101}, "100"),
        ({"hours": "9-17"}, "营业时间写成"),
        ({"hours": "09:00-12:00,11:00-13:00"}, "营业时间写成"),
        ({"email": "nobody"}, "邮"),
        ({"functions": ["wizard"]}, "wizard"),
        ({"code": "410100"}, "已有单位使用"),
        ({"code": "码" * 41}, "40"),
        ({"parent": "PROP"}, "选择上级单位"),
    ],
)
def test_O01_a_unit_that_does_not_do_is_refused_by_field(administrator: Client, given: dict, said: str) -> None:
    full = {"code": "410200", "name": "开封", "tier": "city", "parent": "410000"}
    answer = administrator.post(reverse("unit-new"), full | given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AdminEntry.objects.exists()


def test_O01_a_unit_with_open_work_stays_open_and_says_why(c: Cast, administrator: Client) -> None:
    complaint(c, on(24, 9))
    answer = administrator.post(reverse("unit", args=["410100-hall"]), {"act": "close"})
    assert answer.status_code == 422
    assert "还有 1 个未完环节" in answer.content.decode()


def test_O01_a_file_of_units_runs_on_trial_first_and_lists_bad_rows(administrator: Client) -> None:
    good = "单位代码,单位名称,上级单位,层级\n410200,开封市分公司,410000,市\n"
    trial = administrator.post(
        reverse("organisation-import"), {"kind": "units", "file": upload("a.csv", good), "dry_run": "true"}
    )
    assert "什么都还没改" in trial.content.decode()
    assert not Unit.objects.filter(code="410200").exists()
    administrator.post(reverse("organisation-import"), {"kind": "units", "file": upload("a.csv", good)})
    assert Unit.objects.filter(code="410200").exists()
    assert last("units_import").data["created"] == 1
    bad = administrator.post(
        reverse("organisation-import"),
        {"kind": "units", "file": upload("a.csv", "单位代码,单位名称,上级单位\nX,开封,nowhere\n")},
    )
    assert bad.status_code == 422
    assert "nowhere" in bad.content.decode()


@pytest.mark.parametrize("content", ["", "怪列\n1\n", "\x00\x01"])
def test_O01_a_file_that_is_none_is_refused_in_words(administrator: Client, content: str) -> None:
    answer = administrator.post(reverse("organisation-import"), {"kind": "units", "file": upload("a.csv", content)})
    assert answer.status_code == 422
    assert administrator.post(reverse("organisation-import"), {"kind": "units"}).status_code == 422


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────


def test_O05_routes_are_added_moved_and_removed_and_gaps_are_told(c: Cast, administrator: Client) -> None:
    loaded("unicom-complaint")
    page = administrator.get(reverse("routes")).content.decode()
    assert "每种组合都有去处" in page
    administrator.post(
        reverse("routes"), {"act": "add", "complaint_type": "billing", "region": "320000", "unit": "320000-net"}
    )
    row = Route.objects.get(complaint_type="billing", region="320000")
    order = [route.pk for route in Route.objects.filter(organisation=c.hq)]
    administrator.post(reverse("routes"), {"act": "up", "route": row.pk})
    moved = [route.pk for route in Route.objects.filter(organisation=c.hq)]
    place = order.index(row.pk)
    assert moved.index(row.pk) == max(place - 1, 0)
    administrator.post(reverse("routes"), {"act": "remove", "route": row.pk})
    assert not Route.objects.filter(pk=row.pk).exists()
    Route.objects.filter(organisation=c.hq, region="*", business_type="*", complaint_type="*").delete()
    assert "种组合没有去处" in administrator.get(reverse("routes")).content.decode()


def test_O05_a_route_without_a_unit_is_refused(administrator: Client) -> None:
    answer = administrator.post(reverse("routes"), {"act": "add", "unit": "PROP", "person": "nobody"})
    assert answer.status_code == 422
    assert "选择去处" in answer.content.decode()
    assert administrator.post(reverse("routes"), {"act": "up", "route": "99999999"}).status_code == 404


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────


def test_R04_own_days_and_a_year_are_entered(c: Cast, administrator: Client) -> None:
    administrator.post(reverse("calendar"), {"act": "day", "day": "2026-12-25", "worked": "off", "note": "公司日"})
    assert not c.hq.days.get().worked
    administrator.post(reverse("calendar"), {"act": "remove", "day": "2026-12-25"})
    assert not c.hq.days.exists()
    lines = "2027-01-01 休 元旦\n2027-01-03 班\n"
    administrator.post(reverse("calendar"), {"act": "year", "year": "2027", "days": lines, "source": "国办发明电"})
    assert CalendarYear.objects.get(year=2027).days == {"2027-01-01": False, "2027-01-03": True}
    for days in ("昨天 休", "2026-01-01 休", "{", ""):
        answer = administrator.post(reverse("calendar"), {"act": "year", "year": "2027", "days": days})
        assert answer.status_code == 422, days


# ── people ───────────────────────────────────────────────────────────────────────────────────────────


def test_O02_a_person_is_made_gets_a_duty_and_loses_it(c: Cast, security: Client) -> None:
    made = security.post(reverse("person-new"), {"username": "n1", "name": "新人", "home_unit": "410100-net"})
    password = made.context["password"]
    assert Person.objects.get(username="n1").check_password(password)
    assert password in made.content.decode()
    assert password not in str(AdminEntry.objects.values_list("data", flat=True))
    address = reverse("person", args=["n1"])
    assert password not in security.get(address).content.decode()
    security.post(address, {"act": "grant", "role": "handler", "unit": "410100-net"})
    assert Person.objects.get(username="n1").duties.get().role == "handler"
    security.post(address, {"act": "withdraw", "role": "handler", "unit": "410100-net"})
    assert not Person.objects.get(username="n1").duties.exists()


def test_S07_deactivating_ends_the_session_and_a_new_password_too(c: Cast, security: Client) -> None:
    theirs = client_of(c.people["caller"])
    assert theirs.get(reverse("queue")).status_code == 200
    answer = security.post(reverse("person", args=["caller"]), {"act": "password"})
    assert theirs.get(reverse("queue")).status_code == 302
    assert Person.objects.get(username="caller").check_password(answer.context["password"])
    theirs = client_of(Person.objects.get(username="caller"))
    security.post(reverse("person", args=["caller"]), {"act": "deactivate"})
    assert theirs.get(reverse("queue")).status_code == 302


def test_O04_an_absence_is_entered_and_ended(c: Cast, security: Client) -> None:
    address = reverse("person", args=["head"])
    given = {"act": "absent", "starts_at": "2026-11-01T09:00", "ends_at": "2030-11-30T18:00", "deputy": "head2"}
    assert security.post(address, given).status_code == 302
    absence = c.people["head"].absences.get()
    security.post(address, {"act": "back", "absence": absence.pk})
    absence.refresh_from_db()
    assert absence.ends_at <= timezone.now()
    assert security.post(address, {**given, "deputy": "nobody"}).status_code == 422
    assert security.post(address, {**given, "starts_at": "soon"}).status_code == 422


def test_S07_nobody_gives_themselves_a_duty_or_shuts_themselves_out(c: Cast, security: Client) -> None:
    address = reverse("person", args=["security_admin"])
    assert security.post(address, {"act": "grant", "role": "handler", "unit": "HQ"}).status_code == 422
    assert security.post(address, {"act": "deactivate"}).status_code == 422
    file = upload("p.csv", "工号,单位代码,角色\nsecurity_admin,HQ,handler\n")
    assert security.post(reverse("people-import"), {"file": file}).status_code == 422
    assert [duty.role for duty in c.people["security_admin"].duties.all()] == ["security_admin"]


def test_O02_a_file_of_people_shows_first_passwords_once(c: Cast, security: Client) -> None:
    file = upload("p.csv", "工号,姓名,单位代码,角色\nn1,新人,410100-net,处理人\n")
    answer = security.post(reverse("people-import"), {"file": file})
    assert Person.objects.get(username="n1").check_password(answer.context["passwords"]["n1"])
    foreign = upload("p.csv", "工号,姓名,单位代码\nn2,外人,PROP\n")
    assert security.post(reverse("people-import"), {"file": foreign}).status_code == 422
    assert not Person.objects.filter(username="n2").exists()


def test_O02_the_list_is_searched_by_name_number_and_role(c: Cast, security: Client) -> None:
    assert len(security.get(reverse("people"), {"q": "回访员"}).context["rows"]) >= 2
    rows = security.get(reverse("people"), {"role": "auditor"}).context["rows"]
    assert [row["person"].username for row in rows] == ["auditor"]
    assert security.get(reverse("people"), {"q": "\x00", "page": "999999"}).status_code == 200


# ── rulebooks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "book", sorted(path.stem for path in BOOKS.glob("*.toml") if not path.stem.startswith("shared"))
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_R01_every_rulebook_reads_in_words_with_its_proof(administrator: Client, book: str, language: str) -> None:
    version = loaded(book)
    page = administrator.get(reverse("rulebook", args=[book, version.version]), {"lang": language})
    assert page.status_code == 200
    assert page.context["proof"]["facts"]["states"] > 0
    assert not page.context["proof"]["errors"]


def test_R01_a_broken_file_is_refused_line_by_line_and_the_old_version_stays(c: Cast, administrator: Client) -> None:
    before = loaded("property")
    text = Path(BOOKS / "property.toml").read_text(encoding="utf-8")
    broken = text.replace("version = 1", "version = 2", 1).replace('step = "handling"', 'step = "nowhere"')
    broken = broken.replace('next = "', 'next = "no_such_', 1)
    answer = administrator.post(reverse("rulebook-load"), {"file": upload("property.toml", broken)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "property.toml: " in page
    assert "现行的版本不变" in page
    assert list(RulebookVersion.objects.filter(book="property")) == [before]
    for content in ("", "= nonsense", "\x00"):
        assert administrator.post(reverse("rulebook-load"), {"file": upload("x.toml", content)}).status_code == 422
    assert administrator.post(reverse("rulebook-load"), {}).status_code == 422


def test_R02_a_new_version_is_in_force_and_shows_what_changed(c: Cast, administrator: Client) -> None:
    loaded("property")
    text = Path(BOOKS / "property.toml").read_text(encoding="utf-8").replace("version = 1", "version = 2", 1)
    answer = administrator.post(reverse("rulebook-load"), {"file": upload("property.toml", text)})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    page = administrator.get(answer.headers["Location"])
    assert {"kind": "came", "text": "rulebook.version = 2"} in page.context["differences"]
    assert {"kind": "went", "text": "rulebook.version = 1"} in page.context["differences"]
    assert last("rulebook_load").data["book"] == "property"
    stranger = client_of(c.people["prop_administrator"])
    assert stranger.get(answer.headers["Location"]).status_code == 404, "it belongs to the organisation that loaded it"


def test_R02_open_tickets_are_timed_anew_after_a_preview(c: Cast, administrator: Client) -> None:
    complaint(c, timezone.now())
    text = Path(BOOKS / "unicom-complaint.toml").read_text(encoding="utf-8").replace("version = 1", "version = 2", 1)
    shorter = text.replace('limit = "1h"', 'limit = "30min"', 1)
    answer = administrator.post(reverse("rulebook-load"), {"file": upload("unicom-complaint.toml", shorter)})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    address = reverse("rulebook-retime", args=["unicom-complaint", 2])
    assert administrator.get(answer.headers["Location"]).context["older_open"] == 1
    rows = administrator.get(address).context["rows"]
    assert [row["moved"].clock for row in rows] == ["intake"]
    administrator.post(address)
    assert last("rulebook_retime").data == {"book": "unicom-complaint", "version": 2}
    assert administrator.get(address).context["rows"] == []
    assert administrator.get(reverse("rulebook-retime", args=["unicom-complaint", 1])).status_code == 404


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────


def letter(c: Cast, state: str) -> Message:
    case = complaint(c, on(24, 9))
    return Message.objects.create(
        ticket_id=case.id,
        name="reply",
        way="email",
        subject="答复",
        text="您的宽带已修好",
        key=f"k-{state}",
        state=state,
        error="SMTPRecipientsRefused: wang@example.com",
        created_at=timezone.now() - timedelta(hours=1),
        to_customer=True,
    )


def test_rule_4_a_dead_letter_is_sent_again_and_shows_no_text(c: Cast, administrator: Client) -> None:
    message = letter(c, "failed")
    page = administrator.get(reverse("dead-letters")).content.decode()
    assert "k-failed" in page
    assert "宽带" not in page
    assert "wang@" not in page
    administrator.post(reverse("dead-letters"), {"message": message.pk})
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)
    assert last("message_resend").data == {"key": "k-failed"}


def test_rule_4_what_no_channel_reaches_is_told_by_hand(c: Cast, administrator: Client) -> None:
    Message.objects.filter(state="by_hand").delete()
    message = letter(c, "by_hand")
    Message.objects.filter(state="by_hand").exclude(pk=message.pk).delete()
    clerk = client_of(c.people["front_desk"])
    assert "您的宽带已修好" in clerk.get(reverse("by-hand")).content.decode()
    assert administrator.get(reverse("by-hand")).status_code == 403
    assert client_of(c.people["js_dispatcher"]).post(reverse("by-hand"), {"message": message.pk}).status_code == 404
    clerk.post(reverse("by-hand"), {"message": message.pk})
    message.refresh_from_db()
    assert message.state == "sent"


# ── the trail ────────────────────────────────────────────────────────────────────────────────────────


def test_S02_the_audit_trail_is_the_auditors_and_cannot_be_changed(c: Cast, security: Client) -> None:
    security.post(reverse("person", args=["caller"]), {"act": "deactivate"})
    entry = last("person_deactivate")
    page = client_of(c.people["auditor"]).get(reverse("audit")).content.decode()
    assert "停用人员" in page
    assert "caller" in page
    assert security.get(reverse("audit")).status_code == 403
    assert client_of(c.people["auditor"]).get(reverse("audit"), {"view": "looks"}).status_code == 200
    for change in (lambda: AdminEntry.objects.filter(pk=entry.pk).update(what="x"), lambda: entry.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
