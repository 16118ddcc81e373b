"""The pages about the REST interface, made from its own document: what to send, what comes back, curl and Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pprint import pformat
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .document import document

VERBS = ("get", "post", "put")
SAMPLES = {
    "number": "T20261124000001",
    "id": "unicom-complaint",
    "phone": "13800000000",
    "username": "0371001",
    "form": "csv",
    "limit": "50",
    "state": "handling",
}
IDS = {"attachments": "6f1c0b0e-5b1f-4c0e-9a55-0d6c2a1f7e11", "alerts": "42"}
SHOWN_FILTERS = ("phone", "state", "limit")  # in a sample; the table has all
KEY = "Idempotency-Key"
UPLOAD_SAMPLE = r'''head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="recording.wav"\r\n\r\n'
data = head + open("recording.wav", "rb").read() + b"\r\n--cut--\r\n"'''


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Open to everybody who writes a program against it; it needs no script."""
    made = document(get_language() or "zh-hans")
    base = request.build_absolute_uri("/").rstrip("/")
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in _operations(made, base):
        groups.setdefault(operation["group"], []).append(operation)
    context = {
        "base": base,
        "groups": [{"name": name, "id": f"group-{name}", "operations": rows} for name, rows in groups.items()],
        "schema_url": reverse("api-schema"),
        "title": made["info"]["title"],
    }
    return render(request, "api_reference.html", context)


def _operations(made: dict[str, Any], base: str) -> Iterator[dict[str, Any]]:
    for path, verbs in made["paths"].items():
        for verb in VERBS:
            if verb in verbs:
                yield _operation(made, base, path, verb, verbs[verb])


def _operation(made: dict[str, Any], base: str, path: str, verb: str, said: dict[str, Any]) -> dict[str, Any]:
    group = said.get("tags", ["api"])[0]
    kind, body = _body(made, said)
    url = base + _sample_path(path, group, said)
    return {
        "id": said["operationId"],
        "group": group,
        "verb": verb.upper(),
        "path": path,
        "summary": said.get("summary", ""),
        "parameters": [_parameter(one) for one in said.get("parameters", ())],
        "fields": list(_fields(made, _schema_of(said.get("requestBody", {}), kind))),
        "answers": [_answer(status, one) for status, one in said["responses"].items()],
        "curl": _curl(verb, url, kind, body, _key(said)),
        "python": _python(verb, url, kind, body, _key(said)),
    }


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────


def _parameter(said: dict[str, Any]) -> dict[str, Any]:
    places = {"path": _("地址"), "query": _("查询"), "header": _("请求头")}
    schema = said.get("schema", {})
    return {
        "name": said["name"],
        "place": places[said["in"]],
        "type": _type(schema),
        "required": said.get("required", False),
        "note": said.get("description", "") or "、".join(map(str, schema.get("enum", ()))),
    }


def _fields(made: dict[str, Any], schema: dict[str, Any], before: str = "") -> Iterator[dict[str, Any]]:
    """The fields of a body, those of objects inside it under their path."""
    schema = _resolved(made, schema)
    for name, said in schema.get("properties", {}).items():
        inner = _resolved(made, said)
        yield {
            "name": before + name,
            "type": _type(inner),
            "required": name in schema.get("required", ()),
            "note": inner.get("description", "") or _longest(inner),
        }
        if "properties" in inner:
            yield from _fields(made, inner, f"{before}{name}.")


def _resolved(made: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for part in schema.get("allOf", ()) or schema.get("oneOf", ()):
        if "$ref" in part:
            return {**_resolved(made, part), "nullable": schema.get("nullable", False)}
    if "$ref" in schema:
        return dict(made["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def _type(schema: dict[str, Any]) -> str:
    kind = str(schema.get("format") or schema.get("type") or "")
    words = {
        "string": _("文字"),
        "integer": _("整数"),
        "boolean": _("是否"),
        "date-time": _("时间"),
        "object": _("对象"),
        "array": _("列表"),
        "binary": _("文件"),
        "uuid": "UUID",
    }
    return words.get(kind, kind)


def _longest(schema: dict[str, Any]) -> str:
    return _("最多 %(count)s 字") % {"count": schema["maxLength"]} if "maxLength" in schema else ""


def _answer(status: str, said: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = next(iter(said.get("content", {}).values()), {})
    first: dict[str, Any] = next(iter(content.get("examples", {}).values()), {})
    example = first.get("value")
    headers = [f"{name}：{one.get('description', '')}" for name, one in said.get("headers", {}).items()]
    return {
        "status": status,
        "good": status.startswith(("2", "3")),
        "note": said.get("description", "") or _("成功"),
        "headers": headers,
        "example": json.dumps(example, ensure_ascii=False, indent=2) if example else "",
    }


# ── samples ──────────────────────────────────────────────────────────────────────────────────────────


def _schema_of(body: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = body.get("content", {}).get(kind, {}).get("schema", {})
    return found


def _body(made: dict[str, Any], said: dict[str, Any]) -> tuple[str, Any]:
    """The content type of the request and the sample that the document gives."""
    content = said.get("requestBody", {}).get("content", {})
    kind = next(iter(content), "")
    examples = content.get(kind, {}).get("examples", {})
    first: dict[str, Any] = next(iter(examples.values()), {})
    return kind, first.get("value")


def _key(said: dict[str, Any]) -> str:
    """A key for the sample, where the address takes one; no two samples have the same."""
    takes = any(one["name"] == KEY for one in said.get("parameters", ()))
    return f"{said['operationId']}-20261124-77" if takes else ""


def _sample_path(path: str, group: str, said: dict[str, Any]) -> str:
    for one in said.get("parameters", ()):
        if one["in"] == "path":
            known = SAMPLES.get(one["name"], "1")
            value = IDS.get(group, known) if one["name"] == "id" else known
            path = path.replace(f"{{{one['name']}}}", value)
    asked = {
        one["name"]: SAMPLES[one["name"]]
        for one in said.get("parameters", ())
        if one["in"] == "query" and (one.get("required") or one["name"] in SHOWN_FILTERS) and one["name"] in SAMPLES
    }
    return f"{path}?{urlencode(asked)}" if asked else path


def _curl(verb: str, url: str, kind: str, body: Any, key: str) -> str:
    lines = [f"curl {_spoken_verb(verb, kind)}'{url}'", '-H "Authorization: Bearer $TOKEN"']
    if key:
        lines.append(f"-H '{KEY}: {key}'")
    if "multipart" in kind:
        lines.append("-F file=@recording.wav")
    elif body is not None:
        lines.append(f"-H 'Content-Type: {kind}'")
        lines.append(f"-d '{json.dumps(body, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


def _spoken_verb(verb: str, kind: str) -> str:
    """curl itself sends GET, and POST with a body."""
    return f"-X {verb.upper()} " if verb == "put" or (verb == "post" and not kind) else ""


def _python(verb: str, url: str, kind: str, body: Any, key: str) -> str:
    """With the standard library, so that it runs as it stands."""
    headers = ['"Authorization": "Bearer " + token']
    if key:
        headers.append(f'"{KEY}": "{key}"')
    before, data = [], ""
    if "multipart" in kind:
        before = [UPLOAD_SAMPLE]
        headers.append('"Content-Type": "multipart/form-data; boundary=cut"')
        data = ", data=data"
    elif body is not None:
        before = [f"body = {_python_value(body)}"]
        headers.append('"Content-Type": "application/json"')
        data = ", data=json.dumps(body).encode()"
    elif verb == "post":
        data = ', data=b""'
    lines = ["import json, os, urllib.request", "", 'token = os.environ["TOKEN"]', *before]
    if verb == "put":
        data += ', method="PUT"'
    lines += [f"headers = {{{', '.join(headers)}}}"]
    lines += [f'request = urllib.request.Request("{url}", headers=headers{data})']
    lines += ["with urllib.request.urlopen(request) as answer:", "    print(json.load(answer))"]
    return "\n".join(lines)


def _python_value(value: Any) -> str:
    return pformat(value, width=100, sort_dicts=False)
