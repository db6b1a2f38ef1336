"""The names that shipped files have: outlets are found by what they are called in the languages that are read."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from compliance import Checker, Content

DAY: Final = date(2026, 1, 15)


def verdicts(checker: Checker, text: str, entity: str) -> set[str]:
    """How sure the mentions of an entity in a text are."""
    found = checker.mentions(Content(text=text), as_of=DAY).mentions
    return {each.verdict for each in found if each.entity == entity}


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("A reporter of Radio Svoboda was detained.", "rfe-rl"),
        ("A reporter of RFERL was detained.", "rfe-rl"),
        ("Журналист радиостанции «Свобода» написал.", "rfe-rl"),
        ("Материал РС/РСЕ вышел вчера.", "rfe-rl"),
        ("Журналистка телеканала «Настоящее время» написала.", "rfe-rl"),
        ("Корреспондентка «Сибирь.Реалии» написала.", "rfe-rl"),
        ("Ein Bericht von Radio Swoboda sagt das.", "rfe-rl"),
        ("Ein Bericht von Radio Freies Europa sagt das.", "rfe-rl"),
        ("Un article de Radio Europe libre le dit.", "rfe-rl"),
        ("Журналіст телеканалу «Дощ» був там.", "tv-rain"),
        ("Ein Bericht des Senders Doschd sagt das.", "tv-rain"),
        ("Un article de la chaîne Dojd le dit.", "tv-rain"),
        ("En artikel av tv-kanalen Dozjd säger det.", "tv-rain"),
        ("A reporter of Dozhd was detained.", "tv-rain"),
        ("Он выступил на TVRain вчера.", "tv-rain"),
        ("Расследование Беллингкета вышло.", "bellingcat"),
        ("Расследование «Белингкет» вышло.", "bellingcat"),
        ("Розслідування «Беллінгкету» вийшло.", "bellingcat"),
        ("Журналист «Новой газеты» (Европа) написал.", "novaya-gazeta-europe"),
        ("Журналіст «Нової газети Європа» написав.", "novaya-gazeta-europe"),
        ("A report by Novaya Gazeta. Europe said so.", "novaya-gazeta-europe"),
        ("Ein Bericht der Nowaja Gaseta Europa sagt das.", "novaya-gazeta-europe"),
        ("Un article de Novaïa Gazeta Europe le dit.", "novaya-gazeta-europe"),
        ("En artikel i Novaja Gazeta Europa säger det.", "novaya-gazeta-europe"),
        ("Расследование издания Insider вышло.", "the-insider"),
        ("Расследование издания «Важные истории» вышло.", "istories-fonds"),
        ("The report by iStories was denied.", "istories-fonds"),
        ("Расследование издания «Проект» вышло.", "project-media"),
        ("A Moscow Times reporter was there.", "moscow-times"),
        ("The report by OCCRP was denied.", "organized-crime-and-corruption-reporting-project"),
        ("Доклад организации «Трансперенси Интернешнл» вышел.", "transparency-international"),
        ("Der Bericht von Reporter ohne Grenzen ist da.", "reporters-sans-frontieres"),
        ("У звіті «Міжнародної амністії» це є.", "amnesty-international"),
    ],
)
def test_an_outlet_is_found_by_its_names_in_the_languages_that_are_read(
    checker: Checker, text: str, entity: str
) -> None:
    assert verdicts(checker, text, entity) == {"certain"}


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Настоящее Время перемен наступило.", "rfe-rl"),
        ("Un article de Radio Liberté le dit.", "rfe-rl"),
        ("The RFE was filed on Monday.", "rfe-rl"),
        ("Rain TV was there.", "tv-rain"),
        ("Insider berichten davon.", "the-insider"),
        ("Greenpeace was there.", "greenpeace-international"),
    ],
)
def test_a_name_that_others_have_too_is_possible_by_itself(checker: Checker, text: str, entity: str) -> None:
    assert verdicts(checker, text, entity) == {"possible"}


@pytest.mark.parametrize("text", ["A reporter of Business Insider was there.", "Insider trading is a crime."])
def test_another_outlet_with_the_same_word_is_not_the_insider(checker: Checker, text: str) -> None:
    assert verdicts(checker, text, "the-insider") == set()
