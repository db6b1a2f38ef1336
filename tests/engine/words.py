"""The facts that small rule sets ask for, in one word each."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.model.facts import FactValue

PLACE, KIND, AI, PAID = "reader.location", "content.kind", "content.ai_generated", "content.paid"
PROMOTES, MENTIONS, LANGUAGE = "content.promotes", "content.mentions", "content.language"
PUBLISHER, PUBLISHED = "publisher", "content.date_published"
LISTED, LISTS, ANSWERS = "publisher.designated_as", "mention.designated_as", "publisher.answers_to"

Facts = Mapping[str, FactValue]
