"""Every refusal as `application/problem+json` (RFC 9457), in the reader's language and without a trace."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from complaints_site.lib import errors as plain

from ..core.sentences import Forbidden, Hidden, Invalid, Refused, Say

MEDIA_TYPE = "application/problem+json"
API = "/api/"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # of a disk, of a quota, of what a process may write
# What is echoed of a bad value stays short: an answer must not grow with what somebody sent.
LONGEST_SENTENCE, LONGEST_NAME, MOST_ERRORS = 600, 200, 100
TITLES = {
    400: Say("请求读不懂", "The request can't be read"),
    401: Say("需要登录", "Authentication needed"),
    403: Say("没有权限", "Not allowed"),
    404: Say("没有找到", "Not found"),
    405: Say("不支持这个方法", "Method not allowed"),
    406: Say("给不出这种格式", "Not acceptable"),
    409: Say("现在不能这样办", "Not possible now"),
    412: Say("已经不是那一版", "No longer that version"),
    413: Say("内容太大", "Too large"),
    415: Say("不支持这种内容类型", "Unsupported media type"),
    422: Say("内容有误", "The data can't be taken"),
    429: Say("请求太频繁", "Too many requests"),
    500: Say("系统出错", "Something went wrong"),
    503: Say("暂时不能服务", "Not available at the moment"),
}
DETAILS = {
    400: Say("请求的格式不对。", "The request is not well-formed."),
    401: Say("请带上有效的令牌：Authorization: Bearer TOKEN。", "Send a valid token: Authorization: Bearer TOKEN."),
    403: Say("您没有做这件事的权限。", "You are not allowed to do this."),
    404: Say("没有这个对象，或者您看不到它。", "There is no such thing, or it is not yours to see."),
    405: Say("这个地址不支持这个方法。", "This address doesn't know this method."),
    406: Say("只提供 JSON。", "Only JSON is served."),
    413: Say("内容超过了允许的大小。", "The content is larger than allowed."),
    415: Say("请用说明中的内容类型。", "Use the content type of the documentation."),
    422: Say("有几项内容要改正，见 errors。", "Some values have to be corrected: see errors."),
    429: Say("请稍后再试。", "Try again later."),
    500: Say("错误已经记录，请稍后再试。", "The error was recorded: try again later."),
    503: Say("数据库或磁盘暂时不能用，请稍后再试。", "The database or the disk is not available: try again later."),
}


class TooLarge(exceptions.APIException):
    """The body is larger than this address takes (413)."""

    status_code = 413


class BadValues(Exception):
    """Values that an edge itself refuses, already in the reader's language (422)."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("bad values")
        self.errors = errors


def language_of(request: Any) -> str:
    """`en` or `zh`, by Accept-Language; Chinese where nothing is asked for."""
    for tag, _weight in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        if tag.startswith(("en", "zh")):
            return tag[:2]
    return "zh"


def body_of(status: int, language: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """A problem object; `errors`, `code` and `ticket` only where they say something."""
    titles = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    details = DETAILS.get(status, DETAILS[500 if status >= 500 else 400])
    body = {"type": "about:blank", "title": titles.say(language), "status": status}
    body["detail"] = (detail or details.say(language))[:LONGEST_SENTENCE]
    return {**body, **{name: value for name, value in more.items() if value is not None}}


def problem(request: Any, status: int, detail: str = "", **more: Any) -> Response:
    return Response(body_of(status, language_of(request), detail, **more), status, content_type=MEDIA_TYPE)


def refused(request: Any, error: Refused, ticket: dict[str, Any] | None = None, status: int = 409) -> Response:
    """409, or 412 to If-Match: the code of the rulebook language and a sentence that names what would help."""
    return problem(request, status, error.sentence.say(language_of(request)), code=error.code, ticket=ticket)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's handler of exceptions; None (a 500 without a trace) for what nobody expected."""
    request = context["request"]
    language = language_of(request)
    match error:
        case Refused():
            return refused(request, error)
        case Forbidden():
            return problem(request, 403, error.sentence.say(language))
        case Hidden() | Http404():
            return problem(request, 404)
        case Invalid():
            said = {name: [say.say(language) for say in says] for name, says in error.errors.items()}
            return problem(request, 422, errors=_short(said))
        case plain.Invalid() | BadValues():
            return problem(request, 422, errors=_short(error.errors))
        case RequestDataTooBig():
            return problem(request, 413)
        case PermissionDenied():
            return problem(request, 403)
        case exceptions.APIException():
            return _of_framework(request, error)
    return _later(problem(request, 503)) if passes(error) else None


def passes(error: BaseException | None) -> bool:
    """Trouble of a server or a disk that is over once somebody has seen to it: ask again later (503)."""
    if isinstance(error, OSError):
        return error.errno in FULL
    return isinstance(error, OperationalError | InterfaceError)


def _later(response: Any) -> Any:
    response.status_code = 503
    response["Retry-After"] = "1"
    return response


def _of_framework(request: Any, error: exceptions.APIException) -> Response:
    response = problem(request, error.status_code)
    if error.status_code == 401:
        response["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Bearer"
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, round(wait)))
    return response


def _short(errors: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    few = list(errors.items())[:MOST_ERRORS]
    return {
        name[:LONGEST_NAME]: [sentence[:LONGEST_SENTENCE] for sentence in sentences[:MOST_ERRORS]]
        for name, sentences in few
    }


# ── what Django itself refuses ───────────────────────────────────────────────────────────────────────


def _plain(request: HttpRequest, status: int) -> HttpResponse:
    text = json.dumps(body_of(status, language_of(request)), ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return _plain(request, 404)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return _plain(request, 400)
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return _plain(request, 403)
    return defaults.permission_denied(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled: what passes is told apart from what is broken."""
    later = passes(sys.exc_info()[1])
    if request.path.startswith(API):
        response = _plain(request, 503 if later else 500)
    else:
        response = defaults.server_error(request)
    return _later(response) if later else response
