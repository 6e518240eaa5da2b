"""What pydantic found wrong, in words for the person who sent it.

Law of this file: every error type of pydantic has its row, in both languages; a row uses only limits that stand in our
own models (``min_length``, ``ge`` ...), never the input, which may name a person, nor pydantic's own explanation, which
may quote the input. A test holds the table against the list that pydantic itself gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.web.problems import FieldFault

UNREADABLE = frozenset({"json_invalid", "json_type", "string_unicode", "bytes_invalid_encoding"})
"""Faults that leave nothing to check: the body couldn't be read at all, so the answer is 400 rather than 422."""

_MISSING = ("必填，没有收到", "is required and was not given")
_NOT_TEXT = ("应为文字", "must be text")
_NOT_OBJECT = ("应为一个对象（键和值）", "must be an object of keys and values")
_NOT_LIST = ("应为一个列表", "must be a list")
_NOT_WHOLE = ("应为整数", "must be a whole number")
_NOT_NUMBER = ("应为数字", "must be a number")
_NOT_YES_NO = ("应为“是”或“否”（true 或 false）", "must be true or false")
_NOT_DATE = ("应为真实存在的日期，格式 2026-11-24", "must be a real date, as 2026-11-24")
_NOT_TIME = ("应为时间，格式 09:30", "must be a time, as 09:30")
_NOT_MOMENT = (
    "应为日期和时间，格式 2026-11-24T09:30:00+08:00",
    "must be a date and time, as 2026-11-24T09:30:00+08:00",
)
_NOT_SPAN = ("应为时长，例如 P1D 或 PT30M", "must be a duration, such as P1D or PT30M")
_NOT_UUID = ("应为 UUID", "must be a UUID")
_NOT_URL = ("应为网址", "must be a web address")
_NOT_BYTES = ("应为字节数据", "must be bytes")
_NOT_ONE_OF = ("应为下列之一：{expected}", "must be one of: {expected}")
_NOT_KNOWN = ("不认识这一项，请去掉", "is not a known field; leave it out")
_NOT_RIGHT = ("内容不符合要求", "does not meet the requirements")
_NOT_UNICODE = ("文字编码有误，请用 UTF-8", "is not valid Unicode text; send UTF-8")
_WRONG_KIND = ("类型不对", "is of the wrong kind")
_FIXED = ("不能更改", "can't be changed")
_PAST = ("不能晚于现在", "must not be in the future")
_FUTURE = ("应在将来", "must be in the future")

MESSAGES: Mapping[str, tuple[str, str]] = {
    "missing": _MISSING,
    "missing_argument": _MISSING,
    "missing_keyword_only_argument": _MISSING,
    "missing_positional_only_argument": _MISSING,
    "missing_sentinel_error": ("应留空", "must be left out"),
    "ellipsis_error": _WRONG_KIND,
    "none_required": ("应留空（null）", "must be null"),
    "default_factory_not_called": ("因其他各项有误，未能检查", "could not be checked, since other fields are wrong"),
    "extra_forbidden": _NOT_KNOWN,
    "unexpected_keyword_argument": _NOT_KNOWN,
    "unexpected_positional_argument": _NOT_KNOWN,
    "multiple_argument_values": ("给了不止一个值", "was given more than once"),
    "frozen_field": _FIXED,
    "frozen_instance": _FIXED,
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "json_type": ("不是有效的 JSON", "is not valid JSON"),
    "string_type": _NOT_TEXT,
    "string_unicode": _NOT_UNICODE,
    "string_not_ascii": ("只能用英文字母、数字和半角符号", "must hold ASCII characters only"),
    "string_too_short": ("至少 {min_length} 个字", "must have at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不对", "is not in the expected form"),
    "enum": _NOT_ONE_OF,
    "literal_error": _NOT_ONE_OF,
    "bool_type": _NOT_YES_NO,
    "bool_parsing": _NOT_YES_NO,
    "int_type": _NOT_WHOLE,
    "int_parsing": _NOT_WHOLE,
    "int_parsing_size": ("数字太大", "is too large a number"),
    "int_from_float": _NOT_WHOLE,
    "float_type": _NOT_NUMBER,
    "float_parsing": _NOT_NUMBER,
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "decimal_type": _NOT_NUMBER,
    "decimal_parsing": _NOT_NUMBER,
    "decimal_max_digits": ("总位数最多 {max_digits} 位", "must have at most {max_digits} digits"),
    "decimal_max_places": ("小数最多 {decimal_places} 位", "must have at most {decimal_places} decimal places"),
    "decimal_whole_digits": (
        "整数部分最多 {whole_digits} 位",
        "must have at most {whole_digits} digits before the point",
    ),
    "fraction_type": _NOT_NUMBER,
    "fraction_parsing": _NOT_NUMBER,
    "complex_type": _NOT_NUMBER,
    "complex_str_parsing": _NOT_NUMBER,
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("应不小于 {ge}", "must be at least {ge}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("应不大于 {le}", "must be at most {le}"),
    "multiple_of": ("应为 {multiple_of} 的倍数", "must be a multiple of {multiple_of}"),
    "date_type": _NOT_DATE,
    "date_parsing": _NOT_DATE,
    "date_from_datetime_parsing": _NOT_DATE,
    "date_from_datetime_inexact": ("只要日期，不要时间", "must be a date without a time"),
    "date_past": _PAST,
    "date_future": _FUTURE,
    "time_type": _NOT_TIME,
    "time_parsing": _NOT_TIME,
    "datetime_type": _NOT_MOMENT,
    "datetime_parsing": _NOT_MOMENT,
    "datetime_object_invalid": _NOT_MOMENT,
    "datetime_from_date_parsing": _NOT_MOMENT,
    "datetime_past": _PAST,
    "datetime_future": _FUTURE,
    "timezone_naive": ("不要带时区", "must not carry a time zone"),
    "timezone_aware": ("要带时区，例如 +08:00", "must carry a time zone, such as +08:00"),
    "timezone_offset": ("时区不对", "is in another time zone than expected"),
    "time_delta_type": _NOT_SPAN,
    "time_delta_parsing": _NOT_SPAN,
    "uuid_type": _NOT_UUID,
    "uuid_parsing": _NOT_UUID,
    "uuid_version": ("应为第 {expected_version} 版 UUID", "must be a UUID of version {expected_version}"),
    "url_type": _NOT_URL,
    "url_parsing": _NOT_URL,
    "url_syntax_violation": _NOT_URL,
    "url_too_long": ("网址最长 {max_length} 个字符", "must have at most {max_length} characters"),
    "url_scheme": ("网址应以 {expected_schemes} 开头", "must begin with {expected_schemes}"),
    "bytes_type": _NOT_BYTES,
    "bytes_too_short": ("至少 {min_length} 字节", "must have at least {min_length} bytes"),
    "bytes_too_long": ("最多 {max_length} 字节", "must have at most {max_length} bytes"),
    "bytes_invalid_encoding": _NOT_UNICODE,
    "list_type": _NOT_LIST,
    "tuple_type": _NOT_LIST,
    "set_type": _NOT_LIST,
    "frozen_set_type": _NOT_LIST,
    "deque_type": _NOT_LIST,
    "iterable_type": _NOT_LIST,
    "iteration_error": _NOT_LIST,
    "set_item_not_hashable": ("列表中有不能用的值", "holds an item that can't be used"),
    "too_short": ("至少 {min_length} 项", "must have at least {min_length} items"),
    "too_long": ("最多 {max_length} 项", "must have at most {max_length} items"),
    "dict_type": _NOT_OBJECT,
    "frozen_dict_type": _NOT_OBJECT,
    "ordered_dict_type": _NOT_OBJECT,
    "counter_type": _NOT_OBJECT,
    "mapping_type": _NOT_OBJECT,
    "model_type": _NOT_OBJECT,
    "model_attributes_type": _NOT_OBJECT,
    "dataclass_type": _NOT_OBJECT,
    "dataclass_exact_type": _NOT_OBJECT,
    "named_tuple_type": _NOT_OBJECT,
    "arguments_type": _NOT_OBJECT,
    "invalid_key": ("键应为文字", "has a key that is not text"),
    "union_tag_invalid": ("种类应为下列之一：{expected_tags}", "must be of one of the kinds: {expected_tags}"),
    "union_tag_not_found": ("缺少种类 {discriminator}", "does not say its kind in {discriminator}"),
    "recursion_loop": ("层层引用自身", "refers to itself without end"),
    "recursion_depth_exceeded": ("层次太深", "is nested too deeply"),
    "is_instance_of": _WRONG_KIND,
    "is_subclass_of": _WRONG_KIND,
    "callable_type": _WRONG_KIND,
    "needs_python_object": _WRONG_KIND,
    "no_such_attribute": _WRONG_KIND,
    "get_attribute_error": _WRONG_KIND,
    "value_error": _NOT_RIGHT,
    "assertion_error": _NOT_RIGHT,
}

_PLACES = frozenset({"body", "query", "path", "header", "cookie"})


def field_faults(errors: Iterable[Mapping[str, Any]]) -> Sequence[FieldFault]:
    """The faults of pydantic's ``errors()``, in their order. A type of our own (``PydanticCustomError``) says
    ``zh`` and ``en`` in its context; one that says neither is told in general words.
    """
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> FieldFault:
    context = error.get("ctx") or {}
    zh, en = MESSAGES.get(error["type"]) or (context.get("zh", _NOT_RIGHT[0]), context.get("en", _NOT_RIGHT[1]))
    shown = {name: _in_words(value) for name, value in context.items()}
    return FieldFault(field_name(error["loc"]), error["type"], zh.format_map(shown), en.format_map(shown))


def field_name(location: Sequence[int | str]) -> str:
    """The field's own name: the place it came in (body, query ...) is left out, levels are joined by dots."""
    levels = location[1:] if location and location[0] in _PLACES else location
    return ".".join(str(level) for level in levels) or str(location[0] if location else "body")


def _in_words(value: object) -> str:
    return str(value).replace("'", "").replace(" or ", ", ")
