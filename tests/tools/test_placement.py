"""Models in memory: loaded once, on first use, within a budget."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpd.tools.placement import Held, Model, Placement, measure, shared_placement, standing


class Weight:
    """A model of a stated size that counts how often it was loaded."""

    def __init__(self, name: str, size: int = 10, device: str = "cpu") -> None:
        self.loads = 0
        self.model: Model[str] = Model(name, self.load, size, device)

    def load(self) -> str:
        self.loads += 1
        return self.model.name


def names(placement: Placement) -> list[str]:
    return [held.name for held in placement.held()]


def touch(placement: Placement, weight: Weight) -> None:
    with placement.use(weight.model) as thing:
        assert thing == weight.model.name


def test_nothing_is_loaded_before_its_first_use() -> None:
    weight, placement = Weight("a"), Placement()
    assert (weight.loads, placement.held()) == (0, ())


def test_a_model_is_loaded_once() -> None:
    weight, placement = Weight("a"), Placement()
    touch(placement, weight)
    touch(placement, weight)
    assert weight.loads == 1


def test_two_of_one_name_share_one_copy() -> None:
    one, other, placement = Weight("a"), Weight("a"), Placement()
    touch(placement, one)
    touch(placement, other)
    assert (one.loads, other.loads) == (1, 0)


def test_many_threads_share_one_load() -> None:
    weight, placement = Weight("a"), Placement()
    threads = [threading.Thread(target=touch, args=(placement, weight)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert weight.loads == 1


def test_a_model_is_used_by_one_caller_at_a_time() -> None:
    weight, placement, inside = Weight("a"), Placement(), []

    def work() -> None:
        with placement.use(weight.model):
            inside.append("in")
            assert inside.count("in") - inside.count("out") == 1
            inside.append("out")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == ["in", "out"] * 8


def test_the_least_recently_used_is_put_out() -> None:
    placement = Placement(budget=20)
    a, b, c = Weight("a"), Weight("b"), Weight("c")
    for weight in (a, b, a, c):
        touch(placement, weight)
    assert names(placement) == ["a", "c"]


def test_what_was_put_out_is_loaded_again() -> None:
    placement = Placement(budget=10)
    a, b = Weight("a"), Weight("b")
    for weight in (a, b, a):
        touch(placement, weight)
    assert (a.loads, names(placement)) == (2, ["a"])


def test_a_model_in_use_stays() -> None:
    placement = Placement(budget=10)
    a, b = Weight("a"), Weight("b")
    with placement.use(a.model):
        touch(placement, b)
        assert names(placement) == ["a", "b"]


def test_a_model_larger_than_the_budget_is_loaded_alone_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    placement = Placement(budget=10)
    touch(placement, Weight("small", 5))
    touch(placement, Weight("giant", 50))
    assert names(placement) == ["giant"]
    assert "over the budget" in caplog.text


def test_each_device_has_its_own_budget() -> None:
    placement = Placement(budget=10)
    touch(placement, Weight("a", 10, "cpu"))
    touch(placement, Weight("b", 10, "cuda:0"))
    assert placement.held() == (Held("a", "cpu", 10), Held("b", "cuda:0", 10))


def test_a_model_can_be_put_out_by_hand() -> None:
    weight, placement = Weight("a"), Placement()
    touch(placement, weight)
    placement.put_out(weight.model)
    assert placement.held() == ()


def test_a_load_that_fails_is_tried_again() -> None:
    answers = iter([OSError("no weights yet"), None])

    def load() -> str:
        error = next(answers)
        if error is not None:
            raise error
        return "there"

    model, placement = Model("a", load), Placement()
    with pytest.raises(OSError, match="no weights yet"), placement.use(model):
        pass
    with placement.use(model) as thing:
        assert thing == "there"


def test_a_torch_module_is_measured_by_its_tensors() -> None:
    torch = pytest.importorskip("torch")
    assert measure(torch.nn.Linear(10, 5)) == (10 * 5 + 5) * 4
    assert measure(("tokenizer", torch.nn.Linear(10, 5))) == (10 * 5 + 5) * 4
    assert measure("no module") == 0


def test_where_a_model_stands_is_settled_by_name() -> None:
    assert [standing(device) for device in ("cpu", "cuda", "cuda:1")] == ["cpu", "cuda:0", "cuda:1"]


def test_a_model_on_any_device_is_found_where_it_stands() -> None:
    weight, placement = Weight("a", 10, "auto"), Placement()
    assert placement.find(weight.model) is None
    touch(placement, weight)
    assert placement.find(weight.model) == Held("a", standing("auto"), 10)


def test_a_model_in_use_is_left_to_its_user_where_nobody_waits() -> None:
    weight, placement = Weight("a"), Placement()
    with placement.use(weight.model):
        placement.close(wait=0)
        assert names(placement) == ["a"]
    placement.close()
    assert names(placement) == []


def test_the_process_has_one_placement() -> None:
    assert shared_placement() is shared_placement()


@settings(max_examples=25, deadline=None)  # each putting out collects garbage
@given(st.lists(st.integers(0, 5), max_size=30), st.integers(10, 60))
def test_whatever_is_used_the_budget_holds(uses: list[int], budget: int) -> None:
    placement, weights = Placement(budget), [Weight(str(size), 2 * size) for size in range(6)]
    for use in uses:
        touch(placement, weights[use])
        assert sum(held.size for held in placement.held()) <= budget
        assert names(placement)[-1] == str(use)
