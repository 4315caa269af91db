"""What every model promises, asked of all of them, without exception."""

import threading

import numpy as np
import pytest

from watchfloor.core.clock import monotonic
from watchfloor.core.fields import field
from watchfloor.core.kinds import kind
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.progress import Cancelled, Progress
from watchfloor.hazards.reference import verify
from watchfloor.hazards.streams import Streams

NAMES = list(HAZARDS)


@pytest.fixture(params=NAMES)
def model(request):
    return HAZARDS[request.param]()


def prepared(model, fidelity="standard"):
    site, forcing, until = model.example()
    return model.prepare(site, forcing, until=until, fidelity=fidelity)


def test_declarations_are_whole(model):
    cls = type(model)
    assert kind(cls.kind).name == cls.kind
    assert {"en", "zh"} <= set(cls.title)
    assert {"en", "zh"} <= set(cls.validity)
    assert len(cls.validity["en"]) > 80
    assert cls.sources
    for item in (*cls.needs, *cls.gives):
        assert field(item.field).en
        assert item.doc
    assert any(item.intensity for item in cls.gives)
    for name, parameter in cls.param.objects("existing").items():
        if name != "name":
            assert parameter.doc, f"{cls.__name__}.{name} has no doc"
    for measure in cls.measures:
        assert measure.en
        assert measure.zh


def test_at_least_five_published_values_are_reproduced(model):
    assert len(type(model).references) >= 5
    for outcome in verify(type(model).references):
        assert outcome.passed, f"{outcome.reference.case}: {outcome.found} {outcome.trouble}"


def test_a_run_gives_what_is_declared_without_nan(model):
    ready = prepared(model)
    result = model.run(ready, model.sample(Streams(1, 0)), times=True)
    for item in type(model).gives:
        assert item.field in result, item.field
        values = result[item.field]
        assert values.dims == item.dims
        assert values.dtype == np.float32
        assert np.isfinite(values.values).all(), item.field
        assert values.attrs["units"] == item.spec.units
    happened = [item.field for item in type(model).gives if np.ptp(result[item.field].values) > 0]
    assert happened, "nothing happens in the example"
    if "balance_error" in result.attrs:
        assert abs(result.attrs["balance_error"]) < 1e-6


def test_the_same_input_gives_the_same_bits_in_any_thread(model):
    ready = prepared(model)
    theta = model.sample(Streams(5, 2))
    first = model.run(ready, theta)
    found = []
    threads = [threading.Thread(target=lambda: found.append(model.run(ready, theta))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(first.identical(other) for other in found)


def test_members_differ(model):
    draws = [model.sample(Streams(5, member)) for member in (0, 1, 2)]
    assert draws[0], "nothing is uncertain"
    assert repr(draws[1]) != repr(draws[2])
    assert repr(model.sample(Streams(5, 1))) == repr(draws[1])


def test_inputs_are_not_changed(model):
    site, forcing, until = model.example()
    before = site.copy(deep=True), forcing.copy(deep=True)
    ready = model.prepare(site, forcing, until=until)
    model.run(ready, model.sample(Streams(1, 1)))
    assert site.identical(before[0])
    assert forcing.identical(before[1])


def test_every_measure_changes_or_leaves_but_never_breaks(model):
    from watchfloor.hazards.action import Action

    ready = prepared(model)
    for measure in type(model).measures:
        numbers = {name: default for name, (_, default) in measure.parameters.items()}
        patches = model.patches([Action(measure.name, numbers)], Streams(1, 0))
        assert patches, measure.name
        result = model.run(ready, model.sample(Streams(1, 0)), [p for p in patches if p.kind != "exposure"])
        for item in type(model).gives:
            if item.field in result:
                assert np.isfinite(result[item.field].values).all()


def test_an_action_that_never_works_changes_nothing(model):
    from watchfloor.hazards.action import Action

    for measure in type(model).measures:
        numbers = {name: default for name, (_, default) in measure.parameters.items()}
        assert model.patches([Action(measure.name, numbers, reliability=0.0)], Streams(1, 3)) == ()


def test_a_run_is_cancelled(model):
    ready = prepared(model)
    stop = threading.Event()
    stop.set()
    begin = monotonic()
    with pytest.raises(Cancelled):
        model.run(ready, model.sample(Streams(1, 0)), progress=Progress(stop=stop))
    assert monotonic() - begin < 5


def test_preview_runs_too(model):
    ready = prepared(model, "preview")
    result = model.run(ready, model.sample(Streams(1, 0)))
    assert result.sizes
