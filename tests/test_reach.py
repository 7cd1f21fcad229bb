"""The address that is handed out: what this browser uses, or what others in the room can use."""

from __future__ import annotations

import pytest

from pages.shared.address import (
    app_address,
    elsewhere,
    is_own,
    lesson_address,
    network_address,
    reach,
    spoken,
)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://192.168.1.20:8501/teach", "http://192.168.1.20:8501/"),
        ("http://192.168.1.20:8501/teach?embed=true&present=1", "http://192.168.1.20:8501/"),
        ("https://lab.example.org/teach/", "https://lab.example.org/"),
        ("https://example.org/lab/teach#keys", "https://example.org/lab/"),
        ("https://example.org/teach/teach", "https://example.org/teach/"),
        ("https://example.org", "https://example.org/"),
    ],
)
def test_the_app_s_address_is_that_of_its_page_without_the_page(url, address):
    assert app_address(url, "teach") == address
    assert lesson_address(address, "xor") == address + "?lesson=xor"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://192.168.1.20:8501/", "192.168.1.20:8501"),
        ("http://192.168.1.20:8501/?lesson=xor", "192.168.1.20:8501/?lesson=xor"),
        ("https://example.org/lab/", "example.org/lab"),
        ("https://example.org/lab/?lesson=he", "example.org/lab/?lesson=he"),
    ],
)
def test_an_address_is_said_without_what_browsers_add(address, said):
    assert spoken(address) == said


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True), ("LOCALHOST", True), ("lab.localhost", True), ("127.0.0.1", True),
        ("127.8.9.1", True), ("::1", True), ("[::1]", True), ("0.0.0.0", True),
        ("192.168.1.20", False), ("lab.example.org", False), ("localhost.example.org", False),
        ("", False),
    ],
)  # fmt: skip
def test_which_hosts_mean_the_machine_that_says_them(host, own):
    assert is_own(host) == own


def test_what_others_can_open_is_left_alone():
    found = reach("https://example.org/lab/teach", "teach", "10.0.0.5", "")
    assert (found.address, found.problem) == ("https://example.org/lab/", "")


def test_of_a_link_that_others_cannot_open_it_is_said_what_stands_for_it():
    url = "http://localhost:8501/layers?lesson=adam"
    here = reach(url, "layers", "10.0.0.5", "")
    assert here.address == "http://10.0.0.5:8501/"
    words = elsewhere(url, here)
    assert words.startswith("Others can’t open “localhost”")
    assert words.endswith("On this network, use 10.0.0.5:8501 instead.")
    alone = elsewhere(url, reach(url, "layers", "10.0.0.5", "localhost"))
    assert alone == "Others can’t open “localhost”: on their machines it means their own."
    for open_ in ("https://example.org/lab/?lesson=xor", here.address):
        assert elsewhere(open_, here) == ""


@pytest.mark.parametrize("listens", ["", "0.0.0.0", "::"])
def test_under_localhost_the_links_carry_the_machine_s_address(listens):
    found = reach("http://localhost:8501/lab/teach", "teach", "10.0.0.5", listens)
    assert found.address == "http://10.0.0.5:8501/lab/"
    assert "Others can’t open “localhost”" in found.problem
    assert "10.0.0.5:8501/lab, and the links" in found.problem


def test_a_server_that_nobody_else_reaches_is_said_to_be_one():
    found = reach("http://127.0.0.1:8501/teach", "teach", "10.0.0.5", "127.0.0.1")
    assert found.address == "http://127.0.0.1:8501/"
    assert "--server.address 0.0.0.0" in found.problem


def test_without_a_network_that_is_said():
    found = reach("http://localhost/teach", "teach", "", "")
    assert found.address == "http://localhost/"
    assert "could not be found out" in found.problem


def test_the_network_s_address_is_none_of_the_machine_s_own():
    found = network_address()
    assert found == "" or not is_own(found)
