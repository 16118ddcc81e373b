"""Robots in chat groups: WeCom (企业微信群机器人) and DingTalk (钉钉自定义机器人), by their documented formats.

Neither drops a second copy, so a group may read a message twice; each names its ticket.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from abc import ABC, abstractmethod
from urllib.parse import urlencode

from django.conf import settings

from complaints_site.lib.outbound import post

from ..core.world import PersonView
from ..models import Customer, GroupRobot, Message
from .undeliverable import Refused, Undeliverable

MOST_BYTES = 2048  # of a text that WeCom takes
NO_SUCH_ROBOT = (93000, 300005)  # WeCom: invalid webhook url; DingTalk: token is not exist


class _Robot(ABC):
    disturbs = True

    def reaches_customer(self, customer: Customer) -> str:
        return ""  # a group is no customer

    def reaches_person(self, person: PersonView) -> bool:
        return False

    @abstractmethod
    def url_of(self, robot: GroupRobot) -> str:
        """The address that speaks to this robot's group."""

    def send(self, message: Message) -> None:
        if message.robot is None:
            raise Undeliverable("the robot was taken away")
        body = {"msgtype": "text", "text": {"content": shortened(message.text)}}
        answer = post(
            self.url_of(message.robot),
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=utf-8"},
        )
        if not answer.is_good:
            raise Refused(f"the robot answered {answer.status}")
        _require_taken(answer.body)


class WeComChannel(_Robot):
    def is_configured(self) -> bool:
        return bool(settings.WECOM_URL)

    def url_of(self, robot: GroupRobot) -> str:
        return f"{settings.WECOM_URL}?{urlencode({'key': robot.key})}"


class DingTalkChannel(_Robot):
    def is_configured(self) -> bool:
        return bool(settings.DINGTALK_URL)

    def url_of(self, robot: GroupRobot) -> str:
        query = {"access_token": robot.key}
        if robot.secret:
            stamp = str(round(time.time() * 1000))  # DingTalk holds it against its own clock: the moment of sending
            query |= {"timestamp": stamp, "sign": signed(stamp, robot.secret)}
        return f"{settings.DINGTALK_URL}?{urlencode(query)}"


def signed(stamp: str, secret: str) -> str:
    """加签: HMAC-SHA256 with the secret over timestamp, line feed, secret; base64."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def shortened(text: str) -> str:
    """No longer than a group takes, and no half character at its end."""
    raw = text.encode()
    return text if len(raw) <= MOST_BYTES else raw[: MOST_BYTES - 3].decode(errors="ignore") + "…"


def _require_taken(body: bytes) -> None:
    """Both answer 200 whatever comes of it, and say it in `errcode`."""
    try:
        code = json.loads(body)["errcode"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("the robot's answer has no errcode") from error
    if code in NO_SUCH_ROBOT:
        raise Undeliverable(f"errcode {code}: there is no such robot")
    if code != 0:
        raise Refused(f"errcode {code}")
