"""Sends messages: HTTP for a webhook and Slack, SMTP for e-mail. Secrets come from the environment alone."""

from __future__ import annotations

import ipaddress
import json
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from dbt_retention.errors import RetentionError

TIMEOUT_SECONDS = 20
URLS = {"webhook": "RETENTION_WEBHOOK_URL", "slack": "RETENTION_SLACK_URL"}
UNAVAILABLE = 503
SECURITY = ("starttls", "tls", "none")


class NotSentError(RetentionError):
    """The message certainly did not arrive: it can be sent again."""


class PerhapsSentError(RetentionError):
    """The connection broke after the message was on its way: it may have arrived."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: Any, **named: Any) -> None:
        """A redirected POST becomes a GET without the message, so a redirect is an error."""


def check(channel: str) -> None:
    """Raise RetentionError where a variable of the environment is missing or wrong. Nothing is sent."""
    if channel in URLS:
        _url(channel)
    else:
        _mail_settings()


def post(channel: str, body: Mapping[str, Any]) -> None:
    """Send JSON to the URL of a channel. Raises NotSentError or PerhapsSentError; neither names the URL."""
    url = _url(channel)
    request = urllib.request.Request(  # noqa: S310  (the scheme is checked)
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "dbt-retention"},
        method="POST",
    )
    place = f"{channel} ({URLS[channel]})"
    try:
        opener = urllib.request.build_opener(_NoRedirect())
        with opener.open(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        answer = f"{place} answered {error.code} {error.reason}"
        if error.code >= 500 and error.code != UNAVAILABLE:  # a server behind it may have the message
            raise PerhapsSentError(answer) from error
        raise NotSentError(f"{answer}; nothing was sent") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise PerhapsSentError(f"{place} did not answer within {TIMEOUT_SECONDS} s") from error
        raise NotSentError(f"{place} cannot be reached: {error.reason}; nothing was sent") from error
    except (OSError, ValueError) as error:  # the connection broke while the answer was read
        raise PerhapsSentError(f"{place} did not answer: {type(error).__name__}") from error


def mail(subject: str, text: str) -> None:
    """Send an e-mail by SMTP. Raises NotSentError or PerhapsSentError."""
    settings = _mail_settings()
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = settings["from"]
    message["To"] = settings["to"]
    message.set_content(text)
    place = f"the mail server {settings['host']}:{settings['port']}"
    try:
        server = _mail_server(settings)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSentError(f"{place} cannot be used: {_reason(error)}; nothing was sent") from error
    try:
        with server:
            refused = server.send_message(message)
    except smtplib.SMTPServerDisconnected as error:
        raise PerhapsSentError(f"{place} closed the connection") from error
    except smtplib.SMTPException as error:
        raise NotSentError(f"{place} refused: {_reason(error)}; nothing was sent") from error
    except OSError as error:
        raise PerhapsSentError(f"{place} did not answer: {_reason(error)}") from error
    if refused:
        raise PerhapsSentError(f"{place} refused some recipients: {', '.join(sorted(refused))}")


def _mail_server(settings: Mapping[str, str]) -> smtplib.SMTP:
    """A connection that is encrypted and logged in as the settings say."""
    host, port = settings["host"], int(settings["port"])
    context = ssl.create_default_context()
    if settings["security"] == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if settings["security"] == "starttls":
            server.starttls(context=context)
        if settings["user"]:
            server.login(settings["user"], settings["password"])
    except BaseException:
        server.close()
        raise
    return server


def _reason(error: Exception) -> str:
    """What the server answered, without the credentials that were sent to it."""
    answer = getattr(error, "smtp_error", b"")
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    described = text or str(error.args[-1] if isinstance(error, OSError) and error.args else "")
    return " ".join((described or type(error).__name__).split())


def _url(channel: str) -> str:
    name = URLS[channel]
    url = os.environ.get(name, "").strip()
    if not url:
        raise RetentionError(
            f"--{channel} needs the environment variable {name}, which is not set. See docs/alerts.md"
        )
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise RetentionError(
            f"{name} is not a URL that begins with https://; it is not printed, because it is a secret"
        )
    return url


def _mail_settings() -> dict[str, str]:
    named = {
        "host": "RETENTION_SMTP_HOST",
        "from": "RETENTION_EMAIL_FROM",
        "to": "RETENTION_EMAIL_TO",
    }
    settings = {key: os.environ.get(name, "").strip() for key, name in named.items()}
    missing = [name for key, name in named.items() if not settings[key]]
    if missing:
        raise RetentionError(
            f"--email needs the environment variables {', '.join(named.values())}; not set: "
            f"{', '.join(missing)}. See docs/alerts.md"
        )
    security = os.environ.get("RETENTION_SMTP_SECURITY", "starttls").strip()
    if security not in SECURITY:
        raise RetentionError(f"RETENTION_SMTP_SECURITY is '{security}'; expected {', '.join(SECURITY)}")
    if security == "none" and not _is_loopback(settings["host"]):
        raise RetentionError(
            "RETENTION_SMTP_SECURITY is 'none', which is allowed for a server on this machine only; expected "
            "starttls or tls"
        )
    port = os.environ.get("RETENTION_SMTP_PORT", {"starttls": "587", "tls": "465", "none": "25"}[security])
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise RetentionError(f"RETENTION_SMTP_PORT is '{port}'; expected a port, such as 587")
    settings |= {"security": security, "port": port}
    settings["user"] = os.environ.get("RETENTION_SMTP_USER", "")
    settings["password"] = os.environ.get("RETENTION_SMTP_PASSWORD", "")
    return settings


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
