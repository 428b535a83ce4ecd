"""What a message of a Redis stream looks like: its body as it is, so that any client can write and read it."""

from __future__ import annotations

from typing import Any

from faststream.redis.parser import MessageFormat


class PlainFormat(MessageFormat):
    """The field `__data__` holds the body; a message without it is an object of its fields."""

    @classmethod
    async def encode(cls, **message: Any) -> bytes:
        return (await cls.build(**message)).data

    @classmethod
    def parse(cls, data: bytes) -> tuple[bytes, dict[str, Any]]:
        return data, {}
