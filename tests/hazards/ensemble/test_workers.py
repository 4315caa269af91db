"""The same ensemble on threads, on two processes and on a Dask cluster: the same bits."""

import multiprocessing
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from watchfloor.core.errors import UnknownNameError, WatchfloorError
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.storm import Storm


@pytest.fixture(scope="module")
def request_():
    site, forcing, until = Storm.example()
    return Request(Storm(frames=8), site, forcing, until, members=6, seed=3, timed=(0, 2))


@pytest.fixture(scope="module")
def threads(request_):
    return run(request_)


def equal(one, other):
    assert one.data.identical(other.data)
    assert one.course(2).identical(other.course(2))


def test_two_processes(request_, threads):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        equal(run(request_, executor=pool), threads)


def test_a_dask_cluster(request_, threads):
    with warnings.catch_warnings():
        # the cluster's own closing of sockets and loops is not ours to judge
        warnings.simplefilter("ignore")
        from distributed import Client, LocalCluster

        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
            ) as cluster,
            Client(cluster) as client,
        ):
            equal(run(request_, executor=client.get_executor()), threads)


def test_members_of_the_control_are_the_central_ones(threads):
    model = Storm(frames=8)
    site, forcing, until = Storm.example()
    from watchfloor.hazards.streams import Streams

    central = model.run(model.prepare(site, forcing, until=until), model.sample(Streams(99, 0)))
    assert np.array_equal(central.wind_speed_max, threads.data.wind_speed_max[0])


def test_errors_travel_between_processes():
    copied = UnknownNameError("hazard", "flod", ["flood"]).__reduce__()
    again = copied[0](*copied[1])
    assert str(again) == "There is no hazard 'flod'; did you mean 'flood'? Known: flood."
    assert isinstance(again, WatchfloorError)
