"""The table of handovers."""

from chat.handing import FIRST, PASSES, PENDING, SETTLED, How, Step


def test_no_move_leaves_what_is_settled():
    assert [name for name, step in PASSES.items() if step.sources & SETTLED] == []


def test_every_way_begins_and_every_step_is_reached():
    assert set(FIRST) == set(How)
    assert {step.target for step in PASSES.values()} | set(FIRST.values()) == set(Step)


def test_nothing_is_done_without_the_visitor():
    """Only a yes of the visitor leads from a question to done (C10)."""
    assert [(name, step.by) for name, step in PASSES.items() if step.target == Step.DONE] == [("agree", "visitor")]
    assert PASSES["agree"].sources == {Step.OFFERED}
    assert set(Step) == PENDING | SETTLED
