"""Who is told, when, by which way, and what is known of it afterwards: with real files, real sockets and real hangs."""

import json
import logging
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import watchfloor
from watchfloor.alarms.channels import resolve, sink
from watchfloor.alarms.life import Life
from watchfloor.alarms.notify import Notify
from watchfloor.alarms.policy import Channel, Flood
from watchfloor.core.clock import monotonic, parse_time
from watchfloor.core.errors import SettingsError, UnsafeError
from watchfloor.store import Store

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Sent:
    """A sink in memory that fails or hangs when it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.fails = 0
        self.gate = threading.Event()
        self.gate.set()

    def send(self, title, text, detail) -> None:
        self.gate.wait(30)
        if self.fails:
            self.fails -= 1
            raise SettingsError("The line is busy.")
        self.got.append((title, detail["what"]))


def channels(**more):
    return {name: Channel.model_validate({"to": "file:x"} | said) for name, said in more.items()}


def made(floor, policy, sinks, flood=None, **more):
    policy = policy.model_copy(update={"channels": channels(**more)} | ({"flood": flood} if flood else {}))
    life = Life(floor, policy)
    return life, Notify(floor, life, sinks)


def settle(notify, now, *, until=lambda notices: all(not one.open for one in notices)):
    """Step until what was handed over is answered."""
    start = monotonic()
    while monotonic() - start < 10:
        notify.step(now)
        if until(notify.notices()):
            return
        threading.Event().wait(0.02)
    pytest.fail(f"not settled: {[(one.stage, one.why) for one in notify.notices()]}")


def test_from_which_colour_hazard_and_district(floor, policy, told, clock):
    got = {name: Sent() for name in ("all", "orange", "fire", "town")}
    life, notify = made(
        floor, policy, got, all={}, orange={"from": "orange"}, fire={"hazards": ["wildfire"]}, town={"districts": ["Old Town"]},
    )  # fmt: skip
    notify.step(clock.now())
    life.take(
        [told(clock.now(), "G01", level=2), told(clock.now(), "G02", level=3, hazard="wildfire")], clock.now()
    )
    settle(notify, clock.now())
    assert {name: len(one.got) for name, one in got.items()} == {"all": 2, "orange": 1, "fire": 1, "town": 0}
    assert got["orange"].got == [("ORANGE: High water at G02", "alarm")]
    notify.close()


def test_each_step_is_told_once_and_stand_down_to_whoever_got_it(floor, policy, told, clock, anna):
    one = Sent()
    life, notify = made(floor, policy, {"duty": one}, duty={"from": "orange"})
    notify.step(clock.now())
    at = clock.now()
    life.take([told(at, "G01", level=2)], at)
    life.take([told(at, "G02", level=3)], at)
    settle(notify, at)
    (alarm,) = [item for item in life.alarms() if item.verdict.level == 3]
    life.take([told(at, "G02", level=4)], at)
    settle(notify, at)
    life.take([told(at, "G01", level=0), told(at, "G02", level=0)], at)
    settle(notify, at)
    assert [what for _, what in one.got] == ["alarm", "alarm", "stand-down"], (
        "G01 was never told, nor is its end"
    )
    assert one.got[-1][0].startswith("STAND DOWN: RED")
    receipts = notify.notices(alarm.id)
    assert {item.stage for item in receipts} == {"sent"}
    assert len(floor.store.history("notice", "notices", receipts[0].id)) == 2
    again = Notify(floor, life, {"duty": one})
    again.step(at)
    settle(again, at)
    assert len(one.got) == 3, "what was told is not told again after a restart"
    notify.close()
    again.close()


def test_what_was_queued_when_the_process_ended_is_sent_by_the_next(floor, policy, told, clock):
    one = Sent()
    one.gate.clear()
    life, notify = made(floor, policy, {"duty": one}, duty={})
    notify.step(clock.now())
    life.take([told(clock.now())], clock.now())
    notify.step(clock.now())
    assert [item.stage for item in notify.notices()] == ["queued"]
    other = Sent()
    again = Notify(floor, life, {"duty": other})
    settle(again, clock.now())
    assert len(other.got) == 1
    one.gate.set()
    notify.close()
    again.close()


def test_an_alarm_that_nobody_was_told_of_is_told_at_the_start(floor, policy, told, clock):
    one = Sent()
    life, notify = made(floor, policy, {"duty": one}, duty={})
    life.take([told(clock.now())], clock.now())
    settle(notify, clock.now(), until=lambda notices: any(item.stage == "sent" for item in notices))
    assert len(one.got) == 1
    notify.close()


def test_retried_with_back_off_and_given_up(floor, policy, told, clock):
    one = Sent()
    one.fails = 3
    life, notify = made(floor, policy, {"duty": one}, duty={})
    notify.step(clock.now())
    life.take([told(clock.now())], clock.now())
    waits = []
    for wait in policy.retry[:3]:
        settle(
            notify,
            clock.now(),
            until=lambda notices: notices[0].stage == "failed" and notices[0].tries > len(waits),
        )
        (notice,) = notify.notices()
        assert (notice.why, notice.due - clock.now()) == ("The line is busy.", wait)
        waits.append(wait)
        clock.move(wait - timedelta(seconds=1))
        notify.step(clock.now())
        assert notify.notices()[0].tries == len(waits), "not before its time"
        clock.move(timedelta(seconds=1))
    settle(notify, clock.now())
    assert (notify.notices()[0].stage, notify.notices()[0].tries) == ("sent", 4)
    stages = [record.body["stage"] for record in floor.store.history("notice", "notices", notice.id)]
    assert stages == ["queued", "failed", "failed", "failed", "sent"]
    one.fails = 99
    life.take([told(clock.now(), "G09")], clock.now())
    for _ in range(len(policy.retry) + 1):
        settle(
            notify,
            clock.now(),
            until=lambda notices: notices[0].stage in {"failed", "given up"} and not notify._handed,
        )
        clock.move(HOUR)
    assert "given up" in {item.stage for item in notify.notices()}
    notify.close()


def test_a_hanging_channel_delays_neither_the_watch_nor_the_others(floor, policy, told, clock):
    stuck, fine = Sent(), Sent()
    stuck.gate.clear()
    life, notify = made(floor, policy, {"stuck": stuck, "fine": fine}, stuck={}, fine={})
    notify.step(clock.now())
    life.take([told(clock.now())], clock.now())
    began = monotonic()
    settle(notify, clock.now(), until=lambda notices: any(item.stage == "sent" for item in notices))
    assert monotonic() - began < 5
    assert len(fine.got) == 1
    clock.move(5 * MINUTE)
    settle(notify, clock.now(), until=lambda notices: any(item.stage == "failed" for item in notices))
    assert {item.channel: item.why for item in notify.notices() if item.stage == "failed"} == {
        "stuck": "no answer in time"
    }
    stuck.gate.set()
    notify.close()


def test_a_flood_is_told_together(floor, policy, told, clock):
    one = Sent()
    life, notify = made(floor, policy, {"duty": one}, Flood(most=5, span=5 * MINUTE), duty={})
    notify.step(clock.now())
    life.take([told(clock.now(), f"S{n}", series=()) for n in range(100)], clock.now())
    settle(notify, clock.now())
    assert [what for _, what in one.got] == ["digest"]
    assert one.got[0][0] == "100 alarms"
    assert {item.why for item in notify.notices()} == {"together with 99 others"}
    life.take([told(clock.now(), "late", series=())], clock.now())
    notify.step(clock.now())
    assert len(one.got) == 1
    clock.move(5 * MINUTE)
    settle(notify, clock.now())
    assert [what for _, what in one.got] == ["digest", "alarm"]
    notify.close()


def test_quiet_hours_hold_back_all_but_the_worst(floor, policy, told, clock, anna):
    clock.move(parse_time("2026-06-01T23:00:00Z"))
    one = Sent()
    life, notify = made(
        floor, policy, {"duty": one}, duty={"quiet": {"from": "22:00", "to": "06:00", "but": "red"}}
    )
    notify.step(clock.now())
    at = clock.now()
    life.take(
        [
            told(at, "G01", level=2),
            told(at, "G02", level=4),
            told(at, "G03", level=2),
            told(at, "G04", level=2),
        ],
        at,
    )
    settle(notify, at, until=lambda notices: any(item.stage == "sent" for item in notices))
    assert [title for title, _ in one.got] == ["RED: High water at G02"]
    names = {alarm.verdict.subject: alarm.id for alarm in life.alarms()}
    life.acknowledge(anna, names["G03"])
    life.take([told(at + HOUR, "G04", level=0)], at + HOUR)
    clock.move(7 * HOUR)
    settle(notify, clock.now())
    assert [title for title, _ in one.got] == ["RED: High water at G02", "YELLOW: High water at G01"]
    why = {item.alarm: item.why for item in notify.notices() if item.stage == "dropped"}
    assert why == {
        names["G03"]: "acknowledged by anna before it was sent",
        names["G04"]: "it was over before it was sent",
    }
    notify.close()


def test_escalations_go_to_their_role(floor, policy, told, clock):
    duty, chief = Sent(), Sent()
    life, notify = made(floor, policy, {"duty": duty, "chief": chief}, duty={"escalation": "duty"},
                        chief={"escalation": "admin", "hazards": ["mine"]})  # fmt: skip
    notify.step(clock.now())
    life.take([told(clock.now(), level=4)], clock.now())
    settle(notify, clock.now())
    for minutes in (5, 10):
        clock.move(minutes * MINUTE)
        life.tick(clock.now())
        settle(notify, clock.now())
    assert [what for _, what in duty.got] == ["alarm", "escalation"]
    assert [what for _, what in chief.got] == ["escalation"]
    assert chief.got[0][0].startswith("NOBODY HAS ACKNOWLEDGED: RED")
    notify.close()


def test_who_acknowledged_stands_on_the_receipt(floor, policy, told, clock, anna):
    one = Sent()
    life, notify = made(floor, policy, {"duty": one}, duty={})
    notify.step(clock.now())
    (alarm,) = life.take([told(clock.now())], clock.now())
    settle(notify, clock.now())
    life.acknowledge(anna, alarm.id)
    notify.step(clock.now())
    assert [(item.stage, item.acknowledged) for item in notify.notices()] == [("sent", "anna")]
    notify.close()


@pytest.mark.parametrize("which", ["exercise", "replayed"])
def test_a_floor_that_is_not_in_earnest_opens_no_socket(
    tmp_path, clock, told, policy, monkeypatch, which, floor
):
    def refuse(*args, **kwargs):
        pytest.fail("a socket was opened")

    def run(where):
        life, notify = made(
            where, policy, None, hook={"to": "json://127.0.0.1:9/x"}, file={"to": "file:drill.jsonl"}
        )
        notify.step(clock.now())
        (alarm,) = life.take([told(clock.now(), level=4)], clock.now())
        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(socket, "create_connection", refuse)
        clock.move(HOUR)
        life.tick(clock.now())
        notify.step(clock.now())
        life.take([told(clock.now(), level=0)], clock.now())
        notify.step(clock.now())
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("notify")]
        receipts = notify.notices(alarm.id)
        assert {item.stage for item in receipts} == {"dry-run"}
        assert {item.what for item in receipts} == {"alarm", "escalation", "stand-down"}
        assert all(where.mark in item.title for item in receipts)
        assert not list(tmp_path.rglob("drill.jsonl"))
        monkeypatch.undo()

    if which == "replayed":
        floor.replayed = True
        run(floor)
    else:
        with (
            Store.open(tmp_path / "d.sqlite", clock=clock) as store,
            watchfloor.open("demo", store=store) as demo,
        ):
            run(demo)


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, body))
        self.send_response(500 if self.server.broken else 200)
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def hook():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.broken = [], False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.network
def test_a_real_web_hook_and_a_real_file(floor, policy, told, clock, hook, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("WATCHFLOOR_SECRET_HOOK", f"127.0.0.1:{hook.server_port}/s3cr3t-path")
    floor.settings = floor.settings.model_copy(update={"hosts": ["127.0.0.1"], "data": tmp_path})
    life, notify = made(
        floor, policy, None, web={"to": "json://{secret:hook}"}, file={"to": "file:../../alarms.jsonl"}
    )
    notify.step(clock.now())
    with caplog.at_level(logging.DEBUG):
        life.take([told(clock.now(), title="<b>High</b> water & wind")], clock.now())
        settle(notify, clock.now())
        hook.broken = True
        life.take([told(clock.now(), level=4)], clock.now())
        settle(notify, clock.now(), until=lambda notices: any(item.stage == "failed" for item in notices))
    (path, body), *_ = hook.got
    assert path == "/s3cr3t-path"
    assert "High" in body["title"]
    (file,) = tmp_path.rglob("*alarms.jsonl")
    assert file.is_relative_to(tmp_path / "world" / "notices"), "a file is written in its folder only"
    line = json.loads(file.read_text().splitlines()[0])
    assert line["title"] == "YELLOW: <b>High</b> water & wind"
    assert line["what"] == "alarm"
    failed = [item for item in notify.notices() if item.stage == "failed"]
    assert [item.why for item in failed] == ["The channel 'web' did not take the message."]
    stored = "".join(json.dumps(record.body) for record in floor.store.records("notice", latest=False))
    assert "s3cr3t" not in stored
    assert "s3cr3t" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("watchfloor")
    )
    notify.close()


@pytest.mark.network
def test_a_host_that_is_not_allowed_is_not_reached(floor, policy, told, clock, hook, tmp_path):
    floor.settings = floor.settings.model_copy(update={"data": tmp_path})
    life, notify = made(floor, policy, None, web={"to": f"json://127.0.0.1:{hook.server_port}/x"})
    notify.step(clock.now())
    life.take([told(clock.now())], clock.now())
    settle(notify, clock.now(), until=lambda notices: any(item.stage == "failed" for item in notices))
    assert "127.0.0.1, which is not among the allowed hosts" in notify.notices()[0].why
    assert hook.got == []
    notify.close()


@pytest.mark.parametrize(
    ("to", "error", "message"),
    [
        ("mailto://user:pass@example.org", UnsafeError, "has a password in its `to`"),
        ("nonsense", SettingsError, "none that can be used"),
        (
            "slack://TokenA1AA/TokenB1BB/TokenC1CC12345678901234/general",
            SettingsError,
            "cannot be told which host",
        ),
        (
            "json://{secret:nowhere}",
            SettingsError,
            "There is no secret 'nowhere'; set WATCHFLOOR_SECRET_NOWHERE",
        ),
        ("json://169.254.169.254/", UnsafeError, "not among the allowed hosts"),
    ],
)
def test_addresses_that_are_not_used(tmp_path, to, error, message):
    with pytest.raises(error, match=message) as caught:
        sink("web", to, tmp_path, ["127.0.0.1"], tmp_path)
    assert "TokenB1BB" not in str(caught.value)
    assert "pass@" not in str(caught.value)


def test_a_secret_comes_from_a_file_that_nobody_else_reads(tmp_path):
    path = tmp_path / "phone"
    path.write_text("127.0.0.1/x\n")
    path.chmod(0o640)
    with pytest.raises(UnsafeError, match="chmod"):
        resolve("json://{secret:phone}", tmp_path)
    path.chmod(0o600)
    assert resolve("json://{secret:phone}", tmp_path) == "json://127.0.0.1/x"
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(SettingsError, match="no secret 'link'"):
        resolve("json://{secret:link}", tmp_path)
