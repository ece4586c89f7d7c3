"""Alerts are sent at most once, over loopback servers, and secrets are printed nowhere."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from dbt_retention.commands.alerts import LISTED_CUSTOMERS, alerts, channels
from dbt_retention.commands.erasure import erase
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target
from json_page import documented
from rich.console import Console

SECRET = "T000-secret-path"


@dataclass
class Server:
    """What an HTTP server received, and the codes that it answers, the last one for ever."""

    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    codes: list[int] = field(default_factory=lambda: [200])


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("RETENTION_", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An HTTP server on loopback; the variables of both URLs name it."""
    received = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = received.codes.pop(0) if len(received.codes) > 1 else received.codes[0]
            if code == 0:  # the connection breaks after the message has arrived
                received.bodies.append(json.loads(body))
                self.connection.close()
                return
            if code == 200:
                received.bodies.append(json.loads(body))
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *given: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.port = http.server_address[1]
    for name in ("RETENTION_WEBHOOK_URL", "RETENTION_SLACK_URL"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{received.port}/{SECRET}")
    thread = Thread(target=http.serve_forever)
    thread.start()
    yield received
    http.shutdown()
    http.server_close()
    thread.join()


def shop_with(folder: Path, rows: list[tuple[Any, ...]]) -> Target:
    """A project whose warehouse has these alerts: customer, type, probability, value at risk, reason."""
    (folder / "dbt_project.yml").write_text("{name: shop, profile: shop}")
    (folder / "profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}"
    )
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(
            """
            create or replace table mart_early_warning_alerts (customer_id varchar, as_of_date date,
                alert_type varchar, risk_tier varchar, previous_risk_tier varchar, churn_probability double,
                probability_change double, value_at_risk double, reason_1 varchar)
            """
        )
        for customer, kind, probability, value, reason in rows:
            connection.execute(
                "insert into mart_early_warning_alerts values "
                "($1, date '2024-07-01', $2, 'high', 'low', $3, 0.2, $4, $5)",
                [customer, kind, probability, value, reason],
            )
    return Target("shop", "dev", folder / "shop.duckdb", "main", folder / "models")


TWO = [
    ("C1", "rising", 0.5, 120.0, "No order for <40> days"),
    ("C1", "newly_at_risk", 0.5, 120.0, "No order for <40> days"),
    ("C2", "newly_at_risk", 0.9, None, None),
]


def printed_by(target: Target, *names: str, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    alerts(target, names, console=Console(width=200), **({"send": False} | options))
    return capsys.readouterr().out


def sent_log(target: Target) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(target.path), read_only=True) as connection:
        return connection.sql(
            "select channel, customer_id, alert_type from retention_alerts.sent order by all"
        ).fetchall()


@pytest.mark.parametrize("channel", ["webhook", "slack", "email"])
def test_nothing_is_sent_without_send(
    tmp_path: Path, server: Server, channel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints the message, needs no settings, and writes no log."""
    target = shop_with(tmp_path, TWO)
    printed = printed_by(target, channel, capsys=capsys)
    assert f"{channel}: would send 3 alerts; add --send" in printed
    assert "C1" in printed
    assert server.bodies == []
    with duckdb.connect(str(target.path), read_only=True) as connection:
        assert connection.sql(
            "select count(*) from duckdb_schemas() where schema_name = 'retention_alerts'"
        ).fetchall() == [(0,)]


def test_a_webhook_receives_every_alert_once(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    assert printed_by(target, "webhook", send=True, capsys=capsys) == "webhook: sent 3 alerts.\n"
    [body] = server.bodies
    assert body["as_of_date"] == "2024-07-01"
    assert [(each["customer_id"], each["alert_type"]) for each in body["alerts"]] == [
        ("C1", "newly_at_risk"),
        ("C1", "rising"),
        ("C2", "newly_at_risk"),
    ]
    assert body["alerts"][2]["value_at_risk"] is None
    again = printed_by(target, "webhook", send=True, capsys=capsys)
    assert again == "webhook: no alert that was not sent before.\n"
    shop_with(tmp_path, [*TWO, ("C3", "rising", 0.4, 5.0, None)])
    assert "sent 1 alert." in printed_by(target, "webhook", send=True, capsys=capsys)
    assert [each["customer_id"] for each in server.bodies[1]["alerts"]] == ["C3"]


def test_slack_receives_one_text_per_run(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each channel has its own log, and Slack's special characters are escaped."""
    target = shop_with(tmp_path, TWO)
    printed_by(target, "webhook", "slack", send=True, capsys=capsys)
    assert server.bodies[1] == {
        "text": "*2 customers need attention* (2024-07-01)\n"
        "• *C1*: newly at risk; churn probability rising. Risk high, 50%, value at risk 120. "
        "No order for &lt;40&gt; days\n"
        "• *C2*: newly at risk. Risk high, 90%"
    }
    assert {channel for channel, *_ in sent_log(target)} == {"slack", "webhook"}


def test_a_long_list_is_cut_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count = LISTED_CUSTOMERS + 7
    target = shop_with(tmp_path, [(f"C{number}", "rising", 0.5, 1.0, None) for number in range(count)])
    for channel in ("slack", "email"):
        printed = printed_by(target, channel, capsys=capsys)
        assert f"{count} customers need attention" in printed
        assert "and 7 more: mart_early_warning_alerts" in printed


@pytest.mark.parametrize("code", [302, 400, 404, 429, 503])
def test_alerts_that_were_refused_are_sent_again(
    tmp_path: Path, server: Server, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    server.codes = [code, 200]
    with pytest.raises(
        RetentionError, match=rf"answered {code} .*nothing was sent.*next run sends"
    ) as raised:
        printed_by(target, "slack", send=True, capsys=capsys)
    assert SECRET not in str(raised.value)
    assert sent_log(target) == []
    assert "sent 3 alerts." in printed_by(target, "slack", send=True, capsys=capsys)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("code", [0, 500, 502, 504])
def test_alerts_that_may_have_arrived_are_not_sent_again(
    tmp_path: Path, server: Server, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    server.codes = [code, 200]
    with pytest.raises(RetentionError, match="may have arrived, and are not sent again") as raised:
        printed_by(target, "webhook", send=True, capsys=capsys)
    assert SECRET not in str(raised.value)
    before = len(server.bodies)
    assert "no alert that was not sent before" in printed_by(target, "webhook", send=True, capsys=capsys)
    assert len(server.bodies) == before


def test_an_unreachable_server_leaves_the_alerts_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    monkeypatch.setenv("RETENTION_SLACK_URL", f"http://127.0.0.1:9/{SECRET}")
    with pytest.raises(RetentionError, match=r"cannot be reached.*nothing was sent") as raised:
        printed_by(target, "slack", send=True, capsys=capsys)
    assert SECRET not in str(raised.value)
    assert sent_log(target) == []


def test_a_killed_sender_sends_nothing_twice(tmp_path: Path, server: Server) -> None:
    """It is killed after the message has left. The log was written before."""
    target = shop_with(tmp_path, TWO)
    script = f"""
import os, signal
from pathlib import Path
from dbt_retention.commands.alerts import alerts, channels
from dbt_retention.warehouse import Target
from rich.console import Console

import dbt_retention.commands.alerts as module
real = module.post

def killed(*given):
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)

module.post = killed
target = Target("shop", "dev", Path({str(target.path)!r}), "main", Path("models"))
alerts(target, ["webhook"], send=True, console=Console())
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    assert len(server.bodies) == 1
    alerts(target, ["webhook"], send=True, console=Console(quiet=True))
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("channel", "settings", "says"),
    [
        ("slack", {}, "--slack needs the environment variable RETENTION_SLACK_URL"),
        ("webhook", {"RETENTION_WEBHOOK_URL": "http://example.com/secret"}, "begins with https://"),
        ("webhook", {"RETENTION_WEBHOOK_URL": "ftp://127.0.0.1/secret"}, "begins with https://"),
        ("webhook", {"RETENTION_WEBHOOK_URL": "http://[secret"}, "begins with https://"),
        ("email", {"RETENTION_SMTP_HOST": "127.0.0.1"}, "not set: RETENTION_EMAIL_FROM, RETENTION_EMAIL_TO"),
        ("email", {"RETENTION_SMTP_SECURITY": "ssl"}, "is 'ssl'; expected starttls, tls, none"),
        (
            "email",
            {"RETENTION_SMTP_SECURITY": "none", "RETENTION_SMTP_HOST": "mail.example.com"},
            "on this machine",
        ),
        ("email", {"RETENTION_SMTP_PORT": "smtp"}, "is 'smtp'; expected a port"),
    ],
)
def test_wrong_settings_are_named_before_anything_is_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    channel: str,
    settings: dict[str, str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = shop_with(tmp_path, TWO)
    if "not set" not in says:
        for name in ("RETENTION_SMTP_HOST", "RETENTION_EMAIL_FROM", "RETENTION_EMAIL_TO"):
            monkeypatch.setenv(name, "localhost")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RetentionError) as raised:
        printed_by(target, channel, send=True, capsys=capsys)
    assert says in str(raised.value)
    assert "secret/" not in str(raised.value)
    assert "//example" not in str(raised.value)


class Inbox:
    """An SMTP server's handler that keeps its messages."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer


@contextmanager
def mail_server(
    monkeypatch: pytest.MonkeyPatch, *, security: str, certificate: ssl.SSLContext | None = None
) -> Iterator[Inbox]:
    """A mail server on loopback that needs a login, and with a certificate STARTTLS first."""
    kept = Inbox()
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 2)
    monkeypatch.setattr(socket, "getfqdn", lambda *name: "localhost")  # smtplib asks the name server

    def allow(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"secret-word")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    has_tls = certificate is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a login without TLS, on loopback
        controller = Controller(
            kept,
            hostname="127.0.0.1",
            port=port,
            authenticator=allow,
            auth_require_tls=has_tls,
            tls_context=certificate,
            require_starttls=has_tls,
        )
    controller.start()
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": security}
    settings |= {"SMTP_USER": "shop", "SMTP_PASSWORD": "secret-word"}
    settings |= {"EMAIL_FROM": "shop@example.com", "EMAIL_TO": "a@example.com, b@example.com"}
    for name, value in settings.items():
        monkeypatch.setenv(f"RETENTION_{name}", value)
    try:
        yield kept
    finally:
        controller.stop()


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A mail server without TLS."""
    with mail_server(monkeypatch, security="none") as kept:
        yield kept


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl, which makes the certificate, is missing"
)
@pytest.mark.parametrize("is_trusted", [True, False])
def test_starttls_is_used_and_the_certificate_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_trusted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server demands STARTTLS. Without trust in its certificate, no password is sent to it."""
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=loopback",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
    target = shop_with(tmp_path, TWO)
    with mail_server(monkeypatch, security="starttls", certificate=context) as inbox:
        if is_trusted:
            assert printed_by(target, "email", send=True, capsys=capsys) == "email: sent 3 alerts.\n"
        else:
            with pytest.raises(RetentionError, match=r"(?i)certificate.*nothing was sent"):
                printed_by(target, "email", send=True, capsys=capsys)
            assert sent_log(target) == []
        assert len(inbox.messages) == is_trusted


def test_an_e_mail_is_sent_once(tmp_path: Path, inbox: Inbox, capsys: pytest.CaptureFixture[str]) -> None:
    target = shop_with(tmp_path, TWO)
    assert printed_by(target, "email", send=True, capsys=capsys) == "email: sent 3 alerts.\n"
    printed_by(target, "email", send=True, capsys=capsys)
    [message] = inbox.messages
    assert message["Subject"] == "2 customers need attention (2024-07-01)"
    assert (message["From"], message["To"]) == ("shop@example.com", "a@example.com, b@example.com")
    assert message.get_content().splitlines() == [
        "C1: newly at risk; churn probability rising",
        "  Risk high, churn probability 50%, value at risk 120",
        "  No order for <40> days",
        "",
        "C2: newly at risk",
        "  Risk high, churn probability 90%",
    ]


@pytest.mark.parametrize(
    ("password", "answer"), [("wrong-word", "250 OK"), ("secret-word", "554 refused by policy")]
)
def test_a_refused_e_mail_is_sent_again(
    tmp_path: Path,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    answer: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = shop_with(tmp_path, TWO)
    monkeypatch.setenv("RETENTION_SMTP_PASSWORD", password)
    inbox.answer = answer
    with pytest.raises(
        RetentionError, match=r"nothing was sent.*next run sends the 3 alerts again"
    ) as raised:
        printed_by(target, "email", send=True, capsys=capsys)
    assert password not in str(raised.value)
    monkeypatch.setenv("RETENTION_SMTP_PASSWORD", "secret-word")
    inbox.answer = "250 OK"
    assert "sent 3 alerts." in printed_by(target, "email", send=True, capsys=capsys)
    assert len(inbox.messages) == 1


def test_a_template_of_the_shop_replaces_the_text(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    template = tmp_path / "mine.txt"
    template.write_text("{{ customers | length }} Kunden am {{ as_of_date }}")
    printed_by(target, "slack", send=True, template=template, capsys=capsys)
    assert server.bodies == [{"text": "2 Kunden am 2024-07-01"}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ customers", "unexpected end of template"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ nothing.at_all }}", "'nothing' is undefined"),
        (" ", "empty message"),
    ],
)
def test_a_wrong_template_sends_nothing(
    tmp_path: Path, server: Server, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    template = tmp_path / "mine.txt"
    template.write_text(text)
    with pytest.raises(RetentionError, match=says):
        printed_by(target, "slack", send=True, template=template, capsys=capsys)
    assert server.bodies == []


def test_json_counts_the_alerts_of_each_channel(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    printed = printed_by(target, "webhook", "slack", as_json=True, capsys=capsys)
    assert json.loads(printed) == [
        {"channel": "webhook", "alerts": 3, "sent": False},
        {"channel": "slack", "alerts": 3, "sent": False},
    ]
    assert json.loads(printed)[0].keys() == documented()["alerts"]


def test_erasing_a_customer_cleans_the_log(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop_with(tmp_path, TWO)
    printed_by(target, "slack", send=True, capsys=capsys)
    removals = erase(Project.at(tmp_path), "C1")
    assert ("retention_alerts.sent", 2) in [(removal.place, removal.count) for removal in removals]
    assert sent_log(target) == [("slack", "C2", "newly_at_risk")]


def test_no_channel_and_no_mart_are_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = shop_with(tmp_path, TWO)
    with pytest.raises(RetentionError, match="expected one or more of --webhook, --slack, --email"):
        printed_by(target, capsys=capsys)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute("drop table mart_early_warning_alerts")
    with pytest.raises(RetentionError, match="retention build --only warnings"):
        printed_by(target, "slack", capsys=capsys)
    assert channels.TIMEOUT_SECONDS <= 60
