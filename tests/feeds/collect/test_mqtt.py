"""MQTT: what the broker acknowledged arrives, once, whatever is killed, garbled, late, doubled or too much."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import LiveClock, format_time, monotonic
from watchfloor.core.errors import ForbiddenError, InvalidInputError, SettingsError, StoreError
from watchfloor.feeds.collect import Broker, Collector, FeedPlan, Subscription, mqtt
from watchfloor.feeds.collect.broker import address, topic_filter
from watchfloor.store import Series, Store

pytestmark = pytest.mark.network
NOW = LiveClock().now().replace(microsecond=0) - timedelta(hours=6)
Start = Callable[..., Any]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Store]:
    """Return a store on the machine's clock."""
    with Store.open(tmp_path / "live.sqlite") as opened:
        yield opened


def until(held: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = monotonic() + seconds
    while monotonic() < end:
        if held():
            return True
        threading.Event().wait(0.05)
    return held()


def message(number: int, value: float | None = None, **more: Any) -> bytes:
    said = {"time": format_time(NOW + timedelta(seconds=number)), "value": number if value is None else value}
    return json.dumps(said | more).encode()


def plan(
    broker: Any, feed: str = "sensor", topics: tuple[str, ...] = ("watchfloor/#",), **more: Any
) -> FeedPlan:
    return FeedPlan("edge", feed, broker=Broker(broker.url, topics, **more))


@contextmanager
def listening(store: Store, chosen: FeedPlan, *hosts: str) -> Iterator[Subscription]:
    """Listen in a thread; ready when the broker has answered."""
    made = Subscription(store, chosen, hosts=hosts)
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def heard(store: Store) -> Any:
    return next((state for state in store.feeds() if state.source == "edge"), None)


def ready(store: Store) -> bool:
    return until(lambda: heard(store) is not None and heard(store).last_ok is not None)


def send(client: Any, topic: str, payload: bytes, qos: int = 1, **more: Any) -> None:
    client.publish(topic, payload, qos=qos, **more).wait_for_publish(10)


def test_messages_become_observations(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    with listening(live, plan(broker), broker.host):
        assert ready(live)
        client = publish(broker.port)
        send(client, "watchfloor/G01/level", message(1, 4.25, flag=0, units="m"))
        send(client, "watchfloor/G01/level", message(2, 100, units="cm"), qos=0)
        send(client, "elsewhere/G01/level", message(3))
        assert until(lambda: len(live.observations()) == 2)
    rows = live.observations()
    assert rows["series"].unique().tolist() == ["G01/level"]
    assert rows["value"].tolist() == [4.25, 1.0]
    assert rows["flag"].tolist() == [0, 1]
    assert live.series().loc["G01/level", "units"] == "m"


def test_a_batch_is_kept_as_it_came(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    client = publish(broker.port)
    subscription = Subscription(live, plan(broker), hosts=[broker.host])
    receipt = subscription._take(
        [mqtt.Payload("watchfloor/a", message(1)), mqtt.Payload("watchfloor/b", message(2))]
    )
    rows = [json.loads(line) for line in live.raw(receipt.raw).splitlines()]
    assert rows == [["watchfloor/a", message(1).decode()], ["watchfloor/b", message(2).decode()]]
    assert client.is_connected()


def test_alerts_come_over_mqtt_too(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    told = {"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [110, 25]},
            "properties": {"title": "Levee seeps", "kind": "incident", "time": format_time(NOW)}}  # fmt: skip
    with listening(live, plan(broker, "geojson", ("events/+",)), broker.host):
        assert ready(live)
        send(publish(broker.port), "events/1", json.dumps(told).encode())
        assert until(lambda: live.count() == 1)
    [record] = live.records("incident")
    assert live.raw(record.raw) == json.dumps(told).encode()


def test_nothing_that_the_broker_acknowledged_is_lost_or_doubled_when_the_collector_is_killed(
    tmp_path: Path, mosquitto: Start, publish: Start
) -> None:
    """1,000 messages a second, and kill -9 in the midst, three times."""
    broker, path = mosquitto(), tmp_path / "killed.sqlite"
    Store.open(path).close()
    script = Path(__file__).with_name("listener.py")

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, str(script), str(path), broker.url])

    def rows() -> int:
        with Store.open(path) as store:
            return len(store.observations(latest=False))

    process = start()
    try:
        assert until(lambda: rows() == 0 and b"edge" in _feeds(path), 30)
        client = publish(broker.port)
        infos = []
        total, kills = 5_000, {1200, 2400, 3600}
        began = monotonic()
        for number in range(total):
            topic = f"watchfloor/S{number % 100:03d}/level"
            infos.append(client.publish(topic, message(number), qos=1))
            if number in kills:
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = start()
            if number % 100 == 99:
                threading.Event().wait(max(0.0, began + number / 1000 - monotonic()))
        for info in infos:
            info.wait_for_publish(20)
        assert all(info.is_published() for info in infos)
        assert until(lambda: rows() == total, 40), rows()
        threading.Event().wait(0.5)
        assert rows() == total
    finally:
        process.terminate()
        assert process.wait(20) == 0
    with Store.open(path) as store:
        found = store.observations()
        assert sorted(found["value"].astype(int)) == list(range(total))
        assert not store.quarantined()
        assert store.check() == []


def _feeds(path: Path) -> bytes:
    with Store.open(path) as store:
        return " ".join(state.source for state in store.feeds() if state.last_ok).encode()


def test_nothing_is_acknowledged_before_it_is_stored(
    live: Store, mosquitto: Start, publish: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that fails keeps the message at the broker: the next subscription gets it."""
    broker = mosquitto()
    tries: list[int] = []

    def fail(*given: Any, **options: Any) -> Any:
        tries.append(1)
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(mqtt, "ingest_batch", fail)
        with listening(live, plan(broker), broker.host):
            assert ready(live)
            send(publish(broker.port), "watchfloor/G01/level", message(1))
            assert until(lambda: heard(live).message == "The disk is full.")
            assert until(lambda: len(tries) >= 2)  # it is tried again
    assert live.observations().empty
    with listening(live, plan(broker), broker.host):
        assert until(lambda: len(live.observations()) == 1)
        assert until(lambda: heard(live).message == "")


def test_the_broker_is_absent_at_first_and_restarted_later(
    live: Store, mosquitto: Start, publish: Start
) -> None:
    broker = mosquitto(running=False)
    with listening(live, plan(broker), broker.host):
        assert until(lambda: heard(live) is not None)
        assert "cannot be reached" in heard(live).message
        assert heard(live).health(LiveClock().now()) == "down"
        broker.start()
        assert ready(live)
        send(publish(broker.port), "watchfloor/G01/level", message(1))
        assert until(lambda: len(live.observations()) == 1)
        broker.stop()
        assert until(lambda: heard(live).failures > 0)
        broker.start()
        send(publish(broker.port), "watchfloor/G01/level", message(2))
        assert until(lambda: len(live.observations()) == 2)
        assert until(lambda: heard(live).failures == 0)


def test_a_session_that_the_broker_lost_is_told(live: Store, mosquitto: Start) -> None:
    broker = mosquitto()
    with listening(live, plan(broker), broker.host):
        assert ready(live)
    broker.stop(kill=True)
    (broker.folder / "mosquitto.db").unlink(missing_ok=True)
    broker.start()
    with listening(live, plan(broker), broker.host):
        assert until(lambda: "kept no session" in heard(live).message)


def test_what_comes_while_nobody_listens_is_kept_by_the_broker(
    live: Store, mosquitto: Start, publish: Start
) -> None:
    broker = mosquitto()
    with listening(live, plan(broker), broker.host):
        assert ready(live)
    client = publish(broker.port)
    for number in range(50):
        send(client, "watchfloor/G01/level", message(number))
    with listening(live, plan(broker), broker.host):
        assert until(lambda: len(live.observations()) == 50)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_storm_of_ten_thousand(live: Store, mosquitto: Start, publish: Start, version: str) -> None:
    """Some of them broken, some twice."""
    broker = mosquitto("max_inflight_messages 20") if version == "3.1.1" else mosquitto()
    total = 10_000 if version == "5" else 1_000
    with listening(live, plan(broker, version=version), broker.host) as subscription:
        assert ready(live)
        client = publish(broker.port)
        for number in range(total):
            client.publish(f"watchfloor/S{number % 50:02d}/level", message(number), qos=1)
            if number % 100 == 0:
                client.publish("watchfloor/S00/level", b'{"time": "yesterday", "value": %d}' % number, qos=1)
                client.publish(f"watchfloor/S{number % 50:02d}/level", message(number), qos=1)
        assert until(lambda: subscription.received == total + 2 * (total // 100), 60)
    assert len(live.observations(latest=False)) == total
    aside = live.quarantined()
    assert 0 < len(aside) <= 220
    assert all("yesterday" in item.reason or "more parts" in item.reason for item in aside)


def test_garbage_costs_only_itself(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    garbage = [
        b"\xff\xfe\x00", b"{", b"12.5", b"null", b"[]", b'{"value": 1}', b'{"time": "2026-01-01T00:00:00Z"}',
        b'{"time": "2026-01-01T00:00:00Z", "value": NaN}', b'{"time": "2026-01-01T00:00:00Z", "value": "=1+1"}',
        b'{"time": "2026-01-01T00:00:00Z", "value": 1, "units": "furlongs of salt"}',
        b'{"time": "2026-01-01T00:00:00Z", "value": 1, "flag": 7}', b"<html>", b"[" * 5000,
    ]  # fmt: skip
    with listening(live, plan(broker), broker.host) as subscription:
        assert ready(live)
        client = publish(broker.port)
        for data in garbage:
            send(client, "watchfloor/G01/level", data)
        send(client, "watchfloor/G01/level", b"")  # clears what was retained
        send(client, "watchfloor/G01/level", b"x" * (2 * 1024 * 1024))
        send(client, "watchfloor/G01/level", message(1))
        assert until(lambda: subscription.received == len(garbage) + 3)
    assert live.observations()["value"].tolist() == [1.0]
    aside = live.quarantined()
    assert len(aside) == len(garbage) + 1
    assert any("reads at most" in item.reason for item in aside)
    assert all(item.where.startswith("watchfloor/G01/level") for item in aside)
    assert {bytes(item.data) for item in aside} >= {b"12.5", b"<html>", b"\xff\xfe\x00"}


def test_a_flood_of_garbage_does_not_fill_the_quarantine(
    live: Store, mosquitto: Start, publish: Start
) -> None:
    broker = mosquitto()
    with listening(live, plan(broker), broker.host) as subscription:
        assert ready(live)
        client = publish(broker.port)
        for number in range(3000):
            client.publish("watchfloor/G01/level", b"garbage %d" % number, qos=1)
        assert until(lambda: subscription.received == 3000)
        assert heard(live).message
    assert len(live.quarantined()) < 400


@pytest.mark.parametrize(
    ("topic", "series"),
    [
        ("watchfloor/水位站 1/level", "水位站 1/level"),
        ("watchfloor/a b/'; DROP TABLE series;--", "a b/'; DROP TABLE series;--"),
        ("watchfloor/<img src=x>/level", "<img src=x>/level"),
        ("watchfloor/" + "x" * 300, None),
        ("watchfloor/a\u202egnp/level", None),
        ("watchfloor//level", None),
        ("watchfloor/ a", None),
    ],
)
def test_odd_topics(topic: str, series: str | None, live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    with listening(live, plan(broker), broker.host) as subscription:
        assert ready(live)
        send(publish(broker.port), topic, message(1))
        assert until(lambda: subscription.received == 1)
    names = live.observations()["series"].tolist()
    assert names == ([series] if series else [])
    assert len(live.quarantined()) == (0 if series else 1)


def test_clocks_that_are_wrong(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    ahead = format_time(LiveClock().now() + timedelta(hours=1))
    with listening(live, plan(broker), broker.host) as subscription:
        assert ready(live)
        client = publish(broker.port)
        send(client, "watchfloor/G01/level", json.dumps({"time": ahead, "value": 1}).encode())
        send(client, "watchfloor/G01/level", b'{"time": "2026-06-01T12:00:00", "value": 1}')  # no offset
        send(client, "watchfloor/G01/level", b'{"time": 1780315200, "value": 1}')  # a bare number
        send(
            client, "watchfloor/G01/level", b'{"time": "1990-01-01T00:00:00Z", "value": 5}'
        )  # late, but true
        assert until(lambda: subscription.received == 4)
    assert live.observations()["value"].tolist() == [5.0]
    reasons = " ".join(item.reason for item in live.quarantined())
    assert "Clock skew" in reasons
    assert "no UTC offset" in reasons
    assert "RFC 3339" in reasons


def test_births_wills_and_what_is_retained(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    early = publish(broker.port)
    send(early, "watchfloor/G01/level", message(1, 4.5), retain=True)
    with listening(live, plan(broker), broker.host):
        assert until(lambda: len(live.observations()) == 1)  # what was retained is told at once
        from paho.mqtt.client import CallbackAPIVersion, Client

        station = Client(CallbackAPIVersion.VERSION2)
        station.will_set("watchfloor/G01/status", b"offline", qos=1)
        station.connect("127.0.0.1", broker.port)
        station.loop_start()
        station.publish("watchfloor/G01/status", b"online", qos=1).wait_for_publish(10)
        assert until(lambda: len(live.observations("G01/status")) == 1)
        sock = station.socket()
        assert sock is not None
        sock.shutdown(socket.SHUT_RDWR)  # it dies without a word
        station.loop_stop()
        assert until(lambda: live.observations("G01/status")["value"].tolist() == [1.0, 0.0])
    with listening(live, plan(broker), broker.host) as subscription:
        until(lambda: subscription.received > 0, 1.0)
    assert len(live.observations("G01/level", latest=False)) == 1  # retained, told again, stored once


def test_sensorthings_over_mqtt(live: Store, mosquitto: Start, publish: Start) -> None:
    """An Observation is in its Datastream's unit; without one it is put aside, never guessed."""
    broker = mosquitto()
    stream = {"@iot.id": 7, "name": "Stage", "unitOfMeasurement": {"name": "foot", "symbol": "ft"},
              "ObservedProperty": {"name": "Gage height"}}  # fmt: skip
    seen = json.dumps({"phenomenonTime": format_time(NOW), "result": 10.0}).encode()
    with listening(live, plan(broker, "sensorthings", ("v1.1/#",)), broker.host) as subscription:
        assert ready(live)
        client = publish(broker.port)
        send(client, "v1.1/Datastreams(7)/Observations", seen)
        assert until(lambda: subscription.received == 1)
        assert live.observations().empty
        send(client, "v1.1/Datastreams(7)", json.dumps(stream).encode())
        send(client, "v1.1/Datastreams(7)/Observations", seen)
        assert until(lambda: len(live.observations()) == 1)
    [row] = live.observations().itertuples()
    assert (row.series, round(row.value, 3)) == ("edge/7", 3.048)
    assert "not described yet" in live.quarantined()[0].reason


def test_only_allowed_hosts(live: Store, mosquitto: Start) -> None:
    broker = mosquitto()
    with listening(live, plan(broker)):
        assert until(lambda: heard(live) is not None)
    assert "not among the allowed hosts" in heard(live).message
    other = FeedPlan("edge", "sensor", broker=Broker(f"mqtt://localhost:{broker.port}", ("a",)))
    with listening(live, other, f"localhost:{broker.port}"):  # a name that leads inside
        assert until(lambda: "no public address" in heard(live).message)


def test_a_listener_that_says_nothing_is_no_broker(live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchfloor.feeds.collect.link._ANSWER", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        chosen = FeedPlan("edge", "sensor", broker=Broker(f"mqtt://127.0.0.1:{port}", ("a",)))
        with listening(live, chosen, f"127.0.0.1:{port}"):
            assert until(lambda: heard(live) is not None)
    assert "does not answer" in heard(live).message


def test_passwords(live: Store, mosquitto: Start, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "floor", "deep water"], check=True)
    passwords.chmod(0o644)
    broker = mosquitto(f"password_file {passwords}", open_door=False)
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    chosen = plan(broker, user="floor", password_file=secret)
    with listening(live, chosen, broker.host):
        assert until(lambda: heard(live) is not None)
        assert "refuses the connection" in heard(live).message
        assert "wrong" not in heard(live).message
        secret.write_text("deep water\n")  # read anew at each try
        assert ready(live)
    assert "deep water" not in repr(Broker(broker.url, ("a",), user="floor", password="deep water"))
    with pytest.raises(SettingsError, match="cannot be read"):
        Broker(broker.url, ("a",), user="u", password_file=tmp_path / "none").secret()
    with pytest.raises(ForbiddenError, match="unencrypted"):
        Broker("mqtt://broker.example.org", ("a",), user="floor")


def test_encrypted(live: Store, mosquitto: Start, publish: Start, tmp_path: Path) -> None:
    """With the CA that the settings name, and never without."""
    ca, key, certificate = (tmp_path / name for name in ("ca.pem", "key.pem", "cert.pem"))
    _certificates(ca, key, certificate)
    broker = mosquitto(f"certfile {certificate}", f"keyfile {key}", running=False)
    broker.start()
    url = f"mqtts://127.0.0.1:{broker.port}"
    unknown = FeedPlan("edge", "sensor", broker=Broker(url, ("watchfloor/#",)))
    with listening(live, unknown, broker.host):
        assert until(lambda: heard(live) is not None)
    assert "certificate" in heard(live).message.casefold()
    known = FeedPlan("edge", "sensor", broker=Broker(url, ("watchfloor/#",), ca=ca))
    with listening(live, known, broker.host):
        assert ready(live)


def _certificates(ca: Path, key: Path, certificate: Path) -> None:
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    start = LiveClock().now() - timedelta(days=1)
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    base = x509.CertificateBuilder().not_valid_before(start).not_valid_after(start + timedelta(days=30))
    signer = (
        base.subject_name(name("Test CA")).issuer_name(name("Test CA")).public_key(root.public_key()).serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), critical=False)
        .add_extension(x509.KeyUsage(*(place in (5, 6) for place in range(9))), critical=True)
        .sign(root, hashes.SHA256())
    )  # fmt: skip
    server = (
        base.subject_name(name("127.0.0.1")).issuer_name(name("Test CA")).public_key(own.public_key()).serial_number(2)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        .sign(root, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    ca.write_bytes(signer.public_bytes(pem))
    certificate.write_bytes(server.public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(own.private_bytes(pem, form, serialization.NoEncryption()))
    key.chmod(0o644)
    assert ssl.create_default_context(cafile=str(ca))


def test_a_broker_is_a_plan_of_the_collector(live: Store, mosquitto: Start, publish: Start) -> None:
    broker = mosquitto()
    stop = threading.Event()
    made = Collector(live, [plan(broker)], live.clock, hosts=[broker.host])
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    try:
        assert ready(live)
        send(publish(broker.port), "watchfloor/G01/level", message(1))
        assert until(lambda: len(live.observations()) == 1)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_who_subscribes_is_known_again_by_store_and_source(live: Store, tmp_path: Path) -> None:
    made = Subscription(live, FeedPlan("edge", "sensor", broker=Broker("mqtt://127.0.0.1", ("a",))))
    again = Subscription(live, FeedPlan("edge", "sensor", broker=Broker("mqtt://127.0.0.1", ("a",))))
    other = Subscription(live, FeedPlan("other", "sensor", broker=Broker("mqtt://127.0.0.1", ("a",))))
    with Store.open(tmp_path / "second.sqlite") as second:
        elsewhere = Subscription(
            second, FeedPlan("edge", "sensor", broker=Broker("mqtt://127.0.0.1", ("a",)))
        )
        names = [item.identifier for item in (made, again, other, elsewhere)]
    assert names[0] == names[1]
    assert len(set(names)) == 3
    assert all(len(name) <= 23 for name in names)
    with pytest.raises(InvalidInputError, match="names no broker"):
        Subscription(live, FeedPlan("edge", "sensor"))


@pytest.mark.parametrize(
    "url",
    ["http://a", "mqtt://", "mqtt://u:p@a", "mqtt://a/path", "mqtt://a:99999", "mqtt://a?x", "mqtts://ä"],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(InvalidInputError):
        address(url)


@pytest.mark.parametrize("text", ["", "a/#/b", "a+", "#a", "a\x00", "x" * 1001])
def test_filters_that_are_none(text: str) -> None:
    with pytest.raises(InvalidInputError):
        topic_filter(text)


def test_described_series_are_seen_at_once(live: Store) -> None:
    """A unit that somebody declares while messages flow holds for the next batch."""
    made = Subscription(live, FeedPlan("edge", "sensor", broker=Broker("mqtt://127.0.0.1", ("a",))))
    made._take([mqtt.Payload("watchfloor/G01/level", message(1, 100, units="cm"))])
    live.describe([Series("G02/level", units="m")])
    made._take([mqtt.Payload("watchfloor/G02/level", message(1, 100, units="cm"))])
    assert live.latest()["value"].to_dict() == {"G01/level": 100.0, "G02/level": 1.0}
