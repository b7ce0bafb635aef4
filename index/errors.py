"""Every error that this project raises on purpose.

ArticleQAError
├── InputRejected        an article, file, question or option that cannot be taken; carries a Rejection reason
├── LibraryError
│   ├── LibraryNotFound      a library folder that was named but does not exist
│   ├── NotALibrary          a path that is there but holds no library
│   ├── LibraryLocked        another process is writing to the library
│   ├── LibraryForked        a library used in a process that was forked from one that had opened it
│   ├── LibraryReadOnly      a write to a library that may only be read
│   ├── LibraryCorrupt       stored data disagrees with its hash
│   ├── FormatTooNew         written by a newer version of this tool
│   └── DiskFull             no space left for the write
├── ModelError
│   ├── ModelNotFound        no model at that folder or name
│   ├── ModelDamaged         files of the model are incomplete or changed
│   └── ModelMismatch        the library was embedded with another model
├── SandboxUnavailable   the process that files are parsed in cannot be started
└── BadTestSet           a test set or training set that cannot be read; names the line at fault

Every message says what was wrong, what was given, and what to do, in one sentence or two.
"""

from __future__ import annotations

from enum import StrEnum


class ArticleQAError(Exception):
    """Base of every error raised on purpose: catch it to show the message and go on."""


class RejectionReason(StrEnum):
    """Why an input was not taken; a closed set, so that callers can branch on it."""

    MISSING = "missing"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    TOO_LARGE = "too_large"
    TYPE = "type"
    ENCODING = "encoding"
    FORMAT = "format"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    NO_ARTICLE = "no_article"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    OUTPUT = "output"
    ADDRESS = "address"
    NETWORK = "network"
    QUESTION_EMPTY = "question_empty"
    QUESTION_TOO_LONG = "question_too_long"
    OPTION = "option"


class InputRejected(ArticleQAError):
    """An input that cannot be taken; nothing was stored of it."""

    def __init__(self, reason: RejectionReason, message: str) -> None:
        """Keep `reason` for programs and `message`, one sentence, for people."""
        super().__init__(message)
        self.reason = reason


class LibraryError(ArticleQAError):
    """Base of what can be wrong with a library folder."""


class LibraryNotFound(LibraryError):
    """A library folder that was named but does not exist."""


class NotALibrary(LibraryError):
    """A path that is there but holds no library."""


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""


class LibraryForked(LibraryError):
    """A library used in a process that was forked from one that had opened it or another one."""


class LibraryReadOnly(LibraryError):
    """A write to a library that may only be read."""


class LibraryCorrupt(LibraryError):
    """Stored data disagrees with its hash: `what` is damaged, without the advice that the message ends with."""

    def __init__(
        self, what: str, advice: str = "qa check names what is damaged, qa repair keeps what is whole"
    ) -> None:
        """Both are parts of one sentence, without its full stop."""
        super().__init__(what, advice)
        self.what = what
        self._advice = advice

    def __str__(self) -> str:
        return f"{self.what}; {self._advice}."


class FormatTooNew(LibraryError):
    """The library was written by a newer version of this tool."""


class DiskFull(LibraryError):
    """No space left on the device for the write; what was stored before is intact."""


class ModelError(ArticleQAError):
    """Base of what can be wrong with a model."""


class ModelNotFound(ModelError):
    """No model at that folder or under that name."""


class ModelDamaged(ModelError):
    """Files of the model are incomplete or differ from what they must be."""


class ModelMismatch(ModelError):
    """The library was embedded with another model or other settings."""


class SandboxUnavailable(ArticleQAError):
    """The process that files are parsed in cannot be started; they are never parsed without it."""


class BadTestSet(ArticleQAError):
    """A test set or training set that cannot be read; the message names the place at fault."""
