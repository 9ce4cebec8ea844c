"""What a program did between calls is told: what was bound, which branch was taken, what passed a test, what was returned."""

from collections.abc import Callable
from typing import Any

from vpd.engine.sandbox import Execution

Run = Callable[[str], Execution]


def told(execution: Execution, kind: str) -> list[tuple[int, str, dict[str, Any]]]:
    return [(step.line, step.source, step.names) for step in execution.steps if step.kind == kind]


def test_an_assignment_tells_its_name_and_value(run: Run) -> None:
    assert told(run("answer = 1 + 1"), "bind") == [(1, "answer = 1 + 1", {"answer": 2})]


def test_names_that_are_unpacked_are_told_one_by_one(run: Run) -> None:
    assert told(run("a, b = 1, 'x'\nanswer = a"), "bind")[0] == (1, "a, b = 1, 'x'", {"a": 1, "b": "x"})


def test_an_item_that_is_counted_up_is_told_with_its_new_value(run: Run) -> None:
    assert told(run("c = {'a': 1}\nc['a'] += 2\nanswer = c"), "bind")[1] == (2, "c['a'] += 2", {"c['a']": 3})


def test_a_region_is_told_with_the_call_it_came_from(run: Run) -> None:
    step = told(run("dog = find(image, 'dog')[1]\nanswer = 1"), "bind")[0]
    assert step[2] == {"dog": {"region": [400, 220, 500, 340], "label": "dog", "from": [0, 1]}}


def test_a_branch_tells_its_test_both_sides_and_which_way_it_went(run: Run) -> None:
    source = (
        "d, p = find(image, 'dog'), find(image, 'muffin')\nif len(d) > len(p) or not d:\n    answer = 1\nelse:\n    answer = 2"
    )
    execution = run(source)
    assert told(execution, "branch") == [
        (2, "len(d) > len(p) or not d", {"taken": False, "values": {"len(d)": 2, "len(p)": 4}}),
    ]


def test_else_if_tells_each_test_that_was_made(run: Run) -> None:
    execution = run("n = 5\nif n > 7:\n    answer = 1\nelif n > 3:\n    answer = 2\nelif n > 1:\n    answer = 3")
    assert [(line, names["taken"]) for line, _, names in told(execution, "branch")] == [(2, False), (4, True)]


def test_a_conditional_expression_is_a_branch(run: Run) -> None:
    assert told(run("n = 5\nanswer = 'many' if n > 3 else 'few'"), "branch") == [
        (2, "n > 3", {"taken": True, "values": {"n": 5}})
    ]


def test_a_loop_tells_its_rounds_however_it_is_left(run: Run) -> None:
    source = "for a in range(3):\n    pass\nfor b in 'xyz':\n    break\nn = 0\nwhile n < 4:\n    n += 1\nanswer = n"
    assert told(run(source), "loop") == [
        (1, "for a in range(3)", {"rounds": 3}),
        (3, "for b in 'xyz'", {"rounds": 1}),
        (6, "while n < 4", {"rounds": 4}),
    ]


def test_a_comprehension_tells_what_passed_its_test(run: Run) -> None:
    source = "bench = find(image, 'bench')[0]\nright = [d for d in find(image, 'dog') if d.x > bench.x]\nanswer = len(right)"
    execution = run(source)
    ((line, source, names),) = told(execution, "filter")
    assert (line, source) == (2, "[d for d in find(image, 'dog') if d.x > bench.x]")
    assert (names["test"], names["kept"], names["of"], names["passed"]) == ("d.x > bench.x", 1, 2, [1])
    assert names["items"] == [{"region": [400, 220, 500, 340], "label": "dog", "from": [1, 1]}]


def test_a_row_of_tests_tells_what_passed(run: Run) -> None:
    execution = run("answer = sum(d.x < 200 for d in find(image, 'dog'))")
    ((_, _, names),) = told(execution, "filter")
    assert (names["test"], names["kept"], names["of"]) == ("d.x < 200", 1, 2)


def test_any_tells_how_far_it_looked(run: Run) -> None:
    ((_, _, names),) = told(run("answer = any(n > 1 for n in [1, 2, 3, 4])"), "filter")
    assert (names["kept"], names["of"]) == (1, 2)


def test_a_comprehension_in_itself_counts_right(run: Run) -> None:
    source = "def f(n):\n    return [m for m in range(n) if f(m) or m]\nanswer = f(3)"
    done = run(source)
    assert done.answer == [1, 2]
    assert told(done, "filter")[-1][2]["kept"] == 2


def test_a_return_tells_value_and_expression(run: Run) -> None:
    execution = run("def execute_command(image):\n    n = 2\n    return f'{n} dogs'")
    assert told(execution, "return") == [(3, "f'{n} dogs'", {"value": "2 dogs"})]


def test_steps_know_how_many_calls_came_before(run: Run) -> None:
    execution = run("a = 1\nb = exists(image, 'dog')\nc = exists(image, 'cat')\nanswer = 2")
    assert [(step.line, step.after_call) for step in execution.steps] == [(1, 0), (2, 1), (3, 2), (4, 2)]


def test_steps_and_printed_text_before_a_failure_are_kept(run: Run) -> None:
    execution = run("a = 1\nprint('so far')\nexists(image, 'dog')\nwhile True: pass\nanswer = 2")
    assert execution.failure is not None
    assert (execution.printed, [step.names for step in execution.steps]) == ("so far\n", [{"a": 1}])


def test_a_long_value_is_cut(run: Run) -> None:
    ((_, _, names), _) = told(run("x = 'y' * 5000\nanswer = 1"), "bind")
    assert len(names["x"]) < 300


def test_a_loop_of_many_rounds_does_not_fill_the_record(run: Run) -> None:
    execution = run("n = 0\nfor i in range(5000):\n    n += 1\nanswer = n")
    assert execution.answer == 5000
    assert len(execution.steps) < 50
