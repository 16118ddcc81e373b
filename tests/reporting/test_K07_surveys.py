"""Survey samples: drawn again by their seed, handed out masked, answers taken in (row K07, ruling SURVEY)."""

from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from reporting.access import house
from reporting.declarations import indicators
from reporting.figures import figures
from reporting.models import SurveyAnswer, SurveySample
from reporting.questions import question
from reporting.surveys import NewSample, results_of, sample_draw
from tests.cast import Cast, cast
from tests.reporting.test_K08_writings import client_of, month, settled
from tests.tickets.test_loop import on
from tickets.core.sentences import Forbidden
from tickets.models import AccessLog, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    c = cast()
    for _number in range(3):
        settled(c, accepted=True)
    return c


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(on(24, 18), tick=False):
        yield


def drawn(c: Cast, name: str = "十一月电话调查", size: int = 2, **more: Any) -> SurveySample:
    unit = more.get("unit", c.units["410000"])
    new = NewSample(name, "phone", unit, month(c), size, seed=7)
    return sample_draw(new, actor=more.get("actor", c.people["supervisor"]), at=on(24, 18))


def answer(person: Person, one: SurveySample, text: str) -> tuple[int, str]:
    file = SimpleUploadedFile("answers.csv", text.encode())
    response = client_of(person).post(reverse("survey", args=[one.pk]), {"file": file})
    return response.status_code, response.content.decode()


@pytest.mark.clause("D3-2.1.8-a")
def test_K07_the_same_seed_draws_the_same_tickets(c: Cast) -> None:
    one, again = drawn(c), drawn(c, "再抽一次")
    assert set(one.tickets.all()) == set(again.tickets.all())
    assert one.tickets.count() == 2
    with pytest.raises(Forbidden):
        drawn(c, "别人的", actor=c.people["head"])


@pytest.mark.clause("D3-2.1.8-e")
def test_K07_the_sample_is_handed_out_masked_and_whole_only_with_a_purpose_that_is_logged(c: Cast) -> None:
    one = drawn(c)
    client, url = client_of(c.people["supervisor"]), reverse("survey-sample", args=[one.pk])
    rows = list(load_workbook(BytesIO(client.post(url).content)).worksheets[0].iter_rows(values_only=True))
    customer = one.tickets.select_related("customer").order_by("number")[0].customer
    assert customer is not None
    phone = customer.phone
    assert (len(rows), rows[0][-1]) == (3, "电话")
    assert phone not in str(rows)
    assert "*" in str(rows[1][-1])
    assert not AccessLog.objects.exists()
    rows = list(load_workbook(BytesIO(client.post(url, {"purpose": "第三方调查"}).content)).worksheets[0].values)
    assert rows[1][-1] == phone
    assert AccessLog.objects.filter(purpose="第三方调查").count() == 2


@pytest.mark.clause("D3-2.1.8-b", "D3-2.1.8-c", "D18-1-7-b")
def test_K07_answers_keep_method_and_three_scores_and_feed_the_satisfaction(c: Cast) -> None:
    one = drawn(c)
    first, second = one.tickets.order_by("number").values_list("number", flat=True)
    head = "工单编号,方式,满意,过程,结果,服务人员\n"
    who = c.people["supervisor"]
    assert answer(who, one, f"{head}{first},面访,是,90,80,70\n{second},,否,50,40,30\n")[0] == 200
    assert list(SurveyAnswer.objects.order_by("pk").values_list("mode", "satisfied", "staff_score")) == [
        ("visit", True, 70),
        ("phone", False, 30),
    ]
    eyes = house(c.hq, on(24, 18))
    modes = {row["of"]: (row["answers"], row["satisfied_count"]) for row in results_of(one, eyes)}
    assert modes == {"visit": (1, 1), "phone": (1, 0)}
    (unit,) = results_of(one, eyes, "unit")
    assert (unit["answers"], unit["process_score"]) == (2, 70)
    found = indicators()["satisfaction_by_survey"]
    asked = question(found, {"from": "2026-11-01", "to": "2026-12-01"}, eyes)
    (figure,) = figures([found], asked, eyes)[found.id]
    assert (figure.numerator, figure.denominator) == (1, 2)


def test_K07_one_bad_answer_and_nothing_is_taken_in(c: Cast) -> None:
    one = drawn(c)
    first = one.tickets.order_by("number").values_list("number", flat=True)[0]
    text = f"工单编号,方式,满意,过程\n{first},电报,是,101\nNIX,电话,是,9\n"
    status, page = answer(c.people["supervisor"], one, text)
    assert status == 422
    for words in ("方式是电话、面访或邮件", "评分是 0 到 100 的整数", "这件工单不在样本里"):
        assert words in page
    assert not SurveyAnswer.objects.exists()


def test_K07_a_survey_of_others_is_not_there(c: Cast) -> None:
    one = drawn(c)
    for who in ("head", "js_branch_head"):
        assert client_of(c.people[who]).get(reverse("survey", args=[one.pk])).status_code == 404
    assert client_of(c.people["supervisor"]).get(reverse("survey", args=[one.pk])).status_code == 200
