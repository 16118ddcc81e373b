"""C09: the drawing of the loop holds every step once, in the lane of its unit, and no box hides another."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from complaints_site.lib.loop_drawing import MOST_BOXES, cut, draw, text_width


def step(number, unit, **more):
    return {"id": number, "unit": unit, "title": f"环节{number}", "words": "1 小时", "state": "done", **more}


def test_C09_downstairs_is_sent_and_upstairs_is_feedback():
    drawing = draw([step(1, "热线"), step(2, "中心", sent_by=1, verb="派单"), step(3, "热线", sent_by=2, back=True)])
    assert [arrow.kind for arrow in drawing.arrows] == ["sent", "back"]
    assert [lane.name for lane in drawing.lanes] == ["热线", "中心"]
    assert drawing.arrows[0].verb == "派单 ↘"


def test_C09_assists_hang_in_the_last_lane_with_their_own_way_back():
    steps = [step(1, "热线"), step(2, "线路", assist=True, sent_by=1, lane_name="协办部门"), step(3, "中心", sent_by=1)]
    drawing = draw(steps)
    assert drawing.lanes[-1].name == "协办部门"
    assert drawing.boxes[1].lane == len(drawing.lanes) - 1
    assert {arrow.kind for arrow in drawing.arrows} == {"assist", "back", "sent"}


def test_C09_the_lane_of_the_current_step_is_marked():
    drawing = draw([step(1, "热线"), step(2, "中心", sent_by=1, state="warned", current=True)])
    assert [lane.current for lane in drawing.lanes] == [False, True]


def test_C09_a_long_loop_folds_its_finished_middle():
    steps = [step(number, f"单位{number % 3}", sent_by=number - 1 or None) for number in range(1, 15)]
    steps.append(step(15, "单位0", sent_by=14, state="normal", current=True))
    drawing = draw(steps)
    assert len(drawing.boxes) == MOST_BOXES
    assert drawing.folded == 6
    assert any(box.title == "+6" for box in drawing.boxes)
    assert drawing.boxes[-1].current


def test_C09_a_long_name_is_cut_to_its_lane():
    assert cut("郑州市金水区经三路营业厅处理单元", 124, 13).endswith("…")
    assert text_width(cut("郑州市金水区经三路营业厅处理单元", 124, 13), 13) <= 124


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4), st.booleans(), st.sampled_from(["done", "normal", "overdue", "next"]), st.integers(1, 30)
    ),
    min_size=1,
    max_size=24,
)


@given(STEPS)
def test_C09_no_box_covers_another(rows):
    steps = [
        step(
            number,
            f"单位{unit}",
            assist=assist and number > 0,
            state=state,
            words="字" * length,
            sent_by=number - 1 if number else None,
        )
        for number, (unit, assist, state, length) in enumerate(rows)
    ]
    drawing = draw(steps)
    assert len(drawing.boxes) + drawing.folded - bool(drawing.folded) == len(steps)
    for lane in range(len(drawing.lanes)):
        boxes = sorted((box for box in drawing.boxes if box.lane == lane), key=lambda box: box.x)
        assert all(left.right < right.x for left, right in itertools.pairwise(boxes))
    assert all(box.right <= drawing.width for box in drawing.boxes)
