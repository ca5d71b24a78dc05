"""Claims are to be reviewed when the sentence changes that they were written from, until someone signs them off."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.contract.claims import load_claims
from contract_tests.contract.openapi import OPENAPI
from contract_tests.drift import sentences
from contract_tests.drift.document import Document, sentences_of
from contract_tests.drift.sentences import (
    REVIEWED,
    current_sentence,
    load_reviewed,
    load_sources,
    sign_off,
    to_review,
    with_followers,
)

CONTRACT = Document.read(OPENAPI)


def with_stop_described(text: str) -> Document:
    data: Any = copy.deepcopy(CONTRACT.data)
    data["paths"]["/v1/tasks/{task_id}/stop"]["post"]["description"] = text
    return Document(data)


def description() -> str:
    text: str = CONTRACT.data["paths"]["/v1/tasks/{task_id}/stop"]["post"]["description"]
    return text


def test_every_claim_says_what_it_is_about() -> None:
    assert [claim for claim, source in load_sources().items() if not source.about] == []


def test_every_documented_claim_names_its_sentences() -> None:
    unknown = [
        claim
        for claim, source in load_sources().items()
        for sentence in source.sentences
        if current_sentence(CONTRACT, sentence) is None
    ]
    assert unknown == []


def test_a_changed_sentence_sends_its_claims_to_review_and_no_others() -> None:
    before = {review.claim for review in to_review(CONTRACT)}
    changed = with_stop_described(description().replace("already comes back", "comes back"))
    assert {review.claim for review in to_review(changed)} - before == {"STOP-2"}


def test_a_sentence_that_is_gone_sends_its_claims_to_review() -> None:
    reviews = to_review(with_stop_described("Nothing is promised."))
    assert {(review.claim, review.now) for review in reviews} >= {("STOP-1", ""), ("STOP-2", ""), ("META-6", "")}


def test_line_breaks_and_new_sentences_do_not_matter() -> None:
    moved = with_stop_described("First. " + description().replace(" ", "\n") + " Last.")
    assert to_review(moved) == to_review(CONTRACT)


def test_a_signed_off_claim_waits_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sentences, "REVIEWED", tmp_path / "reviewed.json")
    (tmp_path / "reviewed.json").write_text(REVIEWED.read_text(encoding="utf-8"), encoding="utf-8")
    changed = with_stop_described(description().replace("already comes back", "comes back"))
    assert sign_off(changed, ["STOP-2"]) == []
    assert "STOP-2" not in {review.claim for review in to_review(changed)}
    assert "STOP-2" in {review.claim for review in to_review(CONTRACT)}
    assert list(load_reviewed()) == [claim for claim in load_claims() if claim in load_reviewed()]


def test_a_claim_cannot_be_signed_off_without_its_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sentences, "REVIEWED", tmp_path / "reviewed.json")
    gone = with_stop_described("Nothing is promised.")
    assert sign_off(gone, ["STOP-2"]) == ["STOP-2: stop_task: Idempotent"]
    assert "STOP-2" in {review.claim for review in to_review(gone)}


def test_claims_that_follow_from_another_are_named() -> None:
    assert with_followers(["LIST-4"]) == {"LIST-4", "META-1", "META-2"}
    assert "META-8" in with_followers(["STOP-1"])


def test_sentences_end_where_a_reader_ends_them() -> None:
    text = "Sends `a.b` at once. Then it waits, e.g. for 1.5 s.\n`c` follows! Does it?"
    assert sentences_of(text) == ["Sends `a.b` at once.", "Then it waits, e.g. for 1.5 s.", "`c` follows!", "Does it?"]
    assert sentences_of("") == []


def test_an_unknown_claim_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign-off", "NOPE-1"]) == 2
    assert "no such claim: NOPE-1" in capsys.readouterr().err
