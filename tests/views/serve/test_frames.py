"""Short arrays go within a message, and say the same there."""

import numpy as np
import pytest
from bokeh.core.serialization import Buffer, Serializer
from bokeh.document import Document
from bokeh.models import ColumnDataSource

from watchfloor.views.serve.frames import SHORT, fewer_frames


@pytest.fixture(autouse=True)
def fewer(monkeypatch):
    monkeypatch.setattr(Serializer, "_encode_ndarray", Serializer._encode_ndarray)
    fewer_frames()
    fewer_frames()  # twice changes nothing
    assert not hasattr(Serializer._encode_ndarray._watchfloor_kept, "_watchfloor_kept")


def test_outlines_need_no_frames_of_their_own():
    rings = [[[np.array([0.5, 1.25, 2.0])], [np.array([1, 2, 3], np.int32)]]]
    sent = Serializer().serialize(rings)
    assert (sent.content, sent.buffers) == ([[[[0.5, 1.25, 2.0]], [[1, 2, 3]]]], [])
    document = Document()
    document.add_root(ColumnDataSource({"xs": rings * SHORT, "x": np.linspace(0, 1, SHORT)}))
    assert document.to_json().buffers == []


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(SHORT + 1),
        np.zeros((2, 2)),
        np.array([1.0, np.nan]),
        np.array([np.inf]),
        np.zeros(3, np.uint8),
        np.zeros(3, np.float32),
        np.zeros(3, bool),
    ],
    ids=["long", "picture", "gap", "endless", "bytes", "single", "truth"],
)
def test_what_a_list_cannot_say_goes_as_before(array):
    sent = Serializer().serialize(array)
    assert (sent.content["type"], len(sent.buffers)) == ("ndarray", 1)
    assert isinstance(sent.content["array"]["data"], Buffer)
