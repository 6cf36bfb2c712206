"""What sinks send: a change, an identity by which duplicates are known, its position's key."""

from dataclasses import dataclass

from utl.changes import Change


@dataclass(frozen=True, slots=True)
class Message:
    """A change on its way to a sink.

    `message_id` is the same whenever the same change is sent again, and another one for a change
    that a restored server gave the same number. `key` names the position: whoever keeps the order
    of messages with one key keeps the order of the position's versions.
    """

    change_id: int
    message_id: str
    key: str
    body: str

    @classmethod
    def of(cls, change: Change, incarnation: str) -> "Message":
        """Write a change as JSON."""
        key = "/".join(part or "" for part in change.position)
        return cls(change.change_id, f"{incarnation}-{change.change_id}", key, change.to_json())
