"""Agents' pages, asked as a browser without JavaScript does."""

import re
from typing import Any

import pytest

from maild.store import letter_list
from maild.web.pages.field_history import field_history
from maild.web.pages.naming import actor_name, event_name, rule_name, timer_name
from maild.web.pages.ticket import beside_its_button
from pipeline.ingest import rehearse
from tests.maild.web.conftest import ORDER, Town

BLUEPRINT = """
[[blueprint]]
name = "requests"
label = "Requests"
all = ["status < closed"]
[[blueprint.state]]
name = "received"
label = "Received"
status = "open"
[[blueprint.state]]
name = "asked"
label = "Asked"
status = "pending"
[[blueprint.transition]]
name = "ask"
label = "Ask the customer"
from = ["received"]
to = "asked"
who = ["group:Orders"]
needs = ["carrier"]
comment = "public"
[[blueprint.transition]]
name = "answers"
from = ["asked"]
to = "received"
on = "reply"
"""
PROOF = """
[[blueprint.transition]]
name = "prove"
label = "Keep the proof"
from = ["received"]
to = "asked"
who = ["group:Orders"]
attachment = true
"""
WHEN = """
[[view]]
name = "when"
label = "When"
all = ["status < closed"]
columns = ["id", "requested"]
"""
AT = "2026-03-02T09:00:00Z"


def history(*effects: str, rule: str = "edit") -> dict[str, Any]:
    return {"history": [{"at": AT, "actor": "agent:anna", "steps": [{"rule": rule, "effects": list(effects)}]}]}


def test_a_fields_history_tells_by_hand_from_by_rule() -> None:
    by_hand = field_history(history("carrier = 'Swift'", "assignee anna, group Orders", "+late"))
    assert {name: changes[0]["value"] for name, changes in by_hand.items()} == {
        "carrier": "Swift",
        "assignee": "anna",
        "group": "Orders",
    }
    assert {change["rule"] for changes in by_hand.values() for change in changes} == {""}
    [cleared] = field_history(history("carrier cleared", rule="No carrier"))["carrier"]
    assert (cleared["value"], cleared["rule"], cleared["who"]) == ("", "No carrier", "anna")


def test_a_transitions_reasons_do_not_name_it_beside_its_button() -> None:
    step = {"label": "Ask", "why": ["Ask is for the group Service, not for anna", "Ask needs a topic", "it is closed"]}
    assert beside_its_button(step)["why"] == ["for the group Service, not for anna", "needs a topic", "it is closed"]


def test_a_fields_history_is_newest_first_and_ends() -> None:
    shown = history(*(f"carrier = 'C{n}'" for n in range(30)))
    values = [change["value"] for change in field_history(shown)["carrier"]]
    assert (values[0], len(values)) == ("C29", 20)


def test_names_that_rules_make_for_themselves_are_told_in_words(town: Town) -> None:
    rules = town.desk.ruleset
    assert timer_name(rules, "sla.Orders.first_reply", 1) == "Service level Orders: first reply (level 1)"
    assert timer_name(rules, "Not approved for 24 hours") == "Not approved for 24 hours"
    assert timer_name(rules, "blueprint.gone.state.x", 0) == "blueprint.gone.state.x"
    assert timer_name(rules, "system.order") == "built in: order"
    assert event_name("FieldEdited") == "Field edited"
    assert [actor_name(actor) for actor in ("agent:anna", "maild")] == ["anna", "maild"]


async def test_w15_a_macro_on_a_page_that_is_no_longer_true_does_nothing(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    old = page.split('name="version" value="')[1].split('"')[0]
    done = await town.post(f"/tickets/{number}/edit", token, version=old, **{"set.carrier": "Swift"})
    assert done.status_code == 303
    late = await town.post(f"/tickets/{number}/macro", token, version=old, macro="ship")
    assert late.status_code == 409
    clash = late.text.split('class="card clash"')[1].split("</div>")[0]
    assert "ship: not done" in clash
    assert "carrier: Swift" in clash and "anna" in clash
    assert late.text.index("clash") < late.text.index('id="macros"')  # the ticket's own page, with all its buttons
    assert "solved" not in (await town.client.get(f"/tickets/{number}")).text.split("<h1")[1].split("</p>")[0]


@pytest.mark.parametrize("more", [BLUEPRINT])
async def test_a_transition_takes_what_it_asks_for_on_the_page_that_was_shown(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    version = page.split('name="version" value="')[1].split('"')[0]
    given = {"status": "ask", "version": version, "set.carrier": "Swift", "comment": "Is Swift right?"}
    lacking = await town.post(f"/tickets/{number}/move", token, **(given | {"set.carrier": ""}))
    assert lacking.status_code == 422
    assert "Is Swift right?" in lacking.text
    assert (await town.post(f"/tickets/{number}/move", token, **given)).status_code == 303
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "Asked" in page
    assert "Is Swift right?" in page
    assert "is for nobody" not in page
    late = await town.post(f"/tickets/{number}/move", token, **given)
    assert late.status_code == 409
    clash = late.text.split('class="card clash"')[1].split("</div>")[0]
    assert "<td>(empty)</td><td>Is Swift right?</td>" in clash


async def test_what_was_written_outlives_the_session_and_a_form_that_is_too_old(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    text = "An hour's <b>work</b>"
    old = await town.post(f"/tickets/{number}/say", "another token", kind="note", note=text)
    town.client.cookies.clear()
    ended = await town.post(f"/tickets/{number}/say", token, kind="note", note=text)
    assert (old.status_code, ended.status_code) == (403, 401)
    for answer in (old, ended):
        assert "An hour&#39;s &lt;b&gt;work&lt;/b&gt;" in answer.text
        assert "Back to the ticket" in answer.text


async def test_an_address_cannot_put_words_of_ours_on_a_page(town: Town) -> None:
    number, _ = await town.order(), await town.sign_in()
    mail = (await town.client.get(f"/tickets/{number}")).text.split("/mails/")[1].split("/")[0]
    page = (await town.client.get(f"/mails/{mail}/source", params={"part": "text", "text": "You are signed out"})).text
    assert page.count("You are signed out") == 1
    assert "Marked: <mark>You are signed out</mark>" in page


async def test_words_find_what_was_said_and_keys_what_a_ticket_is(town: Town) -> None:
    number, _ = await town.order(), await town.sign_in()
    by_words = (await town.client.get("/search", params={"q": "washer"})).text
    assert "Brass <mark>washer</mark>" in by_words
    assert f'href="/tickets/{number}"' in by_words
    by_key = (await town.client.get("/search", params={"q": "po:PO-1001"})).text
    assert f'href="/tickets/{number}"' in by_key
    assert "no search key" in (await town.client.get("/search", params={"q": "colour:red"})).text


async def test_w05_marks_of_a_finding_are_ours_and_what_a_mail_says_is_text(town: Town) -> None:
    await town.order(raw=ORDER.format(number="PO-1").replace("bolt", "<script>alert(1)</script> «bolt»"))
    await town.sign_in()
    page = (await town.client.get("/search", params={"q": "anchor"})).text
    assert "<script>alert" not in page
    assert "<mark>Anchor</mark>" in page or "<mark>anchor</mark>" in page


async def test_pages_offer_whoever_may_only_look_nothing_else(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("lena")
    page = (await town.client.get(f"/tickets/{number}")).text
    for beyond in ("/macro", "/move", "/edit", "/correct", 'value="reply"'):
        assert beyond not in page
    assert '"/try"' not in page
    answers = [
        await town.post(f"/tickets/{number}/{deed}", token, **given)
        for deed, given in (
            ("macro", {"macro": "ship"}),
            ("move", {"status": "solved"}),
            ("edit", {"set.carrier": "Swift"}),
            ("say", {"kind": "reply", "text": "Hello"}),
            ("publish", {"title": "x"}),
        )
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert (await town.post(f"/tickets/{number}/say", token, kind="note", note="Look.")).status_code == 303


async def test_reports_are_narrowed_by_their_address(town: Town) -> None:
    await town.order()
    await town.sign_in("root")
    page = (await town.client.get("/reports/orders", params={"days": "2"})).text
    assert page.count("<tr>") == 3
    assert "/reports/orders.svg?days=2" in page
    assert (await town.client.get("/reports/waiting", params={"from": "tomorrow"})).status_code == 400
    for name in ("sales", "stages", "touchless", "late", "blueprint", "waiting", "sla", "satisfaction"):
        assert (await town.client.get(f"/reports/{name}")).status_code == 200, name


async def test_a_resolution_becomes_an_article_unless_it_tells_whose_it_was(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    await town.post(f"/tickets/{number}/resolve", token, text="Turn it off and on.")
    refused = await town.post(f"/tickets/{number}/publish", token, title="For mara@buyer.example")
    assert refused.status_code == 422
    assert (await town.post(f"/tickets/{number}/publish", token, title="Bolts")).status_code == 303
    assert "Bolts" in (await town.client.get("/articles")).text


async def test_a_reply_is_looked_at_before_it_leaves_and_nothing_has_happened(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    before = await town.read(lambda tx: letter_list.rows(tx, None, number, 100))
    text = "We ship <b>today</b>."
    page = (await town.post(f"/tickets/{number}/say", token, kind="preview", text=text)).text
    draft = page.split('class="draft"')[1].split("</section>")[0]
    assert "To mara@buyer.example" in draft
    assert "We ship &lt;b&gt;today&lt;/b&gt;." in draft
    assert page.count("We ship &lt;b&gt;today&lt;/b&gt;.") == 2, "in the box, to be sent, and in the letter"
    assert await town.read(lambda tx: letter_list.rows(tx, None, number, 100)) == before
    assert "We ship" not in (await town.client.get(f"/tickets/{number}")).text
    empty = await town.post(f"/tickets/{number}/say", token, kind="preview", text=" ")
    assert empty.status_code == 422
    lights = await town.sign_in("lena")
    assert (await town.post(f"/tickets/{number}/say", lights, kind="preview", text=text)).status_code == 403


async def test_a_reply_that_is_sent_twice_is_said_once(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    for _ in range(2):
        await town.post(f"/tickets/{number}/say", token, kind="reply", text="Only this.", once="a-word-of-its-own")
    await town.post(f"/tickets/{number}/say", token, kind="reply", text="And that.", once="a-word-of-its-own")
    page = (await town.client.get(f"/tickets/{number}")).text
    assert page.count("<pre>Only this.</pre>") == page.count("<pre>And that.</pre>") == 1


async def test_a_view_that_is_not_there_is_not_found_and_those_that_are_are_named(town: Town) -> None:
    await town.sign_in()
    for path in ("/views/opne", "/views/opne?if=priority == high", "/views/opne.csv"):
        answer = await town.client.get(path)
        assert answer.status_code == 404, path
        assert "id you mean open? there are open" in answer.text
    await town.sign_in("olaf")
    assert (await town.client.get("/views/open")).status_code == 403


@pytest.mark.parametrize("more", [BLUEPRINT + PROOF])
async def test_a_transition_takes_the_file_that_it_asks_for(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    assert 'enctype="multipart/form-data"' in page
    version = page.split('name="version" value="')[1].split('"')[0]
    given = {"csrf": token, "status": "prove", "version": version}
    lacking = await town.client.post(f"/tickets/{number}/move", data=given, files={"file": ("", b"")})
    assert lacking.status_code == 422
    assert "an attachment" in lacking.text
    assert "/file?" not in (await town.client.get(f"/tickets/{number}")).text
    proof, name = bytes(range(256)) * 500, "C:\\scans\\proof é.pdf"
    empty = await town.client.post(f"/tickets/{number}/move", data=given, files={"file": (name, b"")})
    assert empty.status_code == 400
    assert "is empty" in empty.text
    done = await town.client.post(f"/tickets/{number}/move", data=given, files={"file": (name, proof)})
    assert done.status_code == 303
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "Enclosed: proof é.pdf" in page
    mail = page.split("Enclosed: proof")[0].rsplit('href="/mails/', 1)[1].split('"')[0]
    kept = await town.client.get(f"/mails/{mail}/file", params={"name": "proof é.pdf"})
    assert kept.content == proof
    again = await town.client.post(f"/tickets/{number}/move", data=given, files={"file": (name, proof)})
    assert again.status_code == 409


@pytest.mark.parametrize("more", [BLUEPRINT + PROOF])
@pytest.mark.parametrize("web", ['max_body = "64KB"'])
async def test_a_file_beyond_the_limit_is_refused(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    files = {"file": ("a.pdf", b"x" * 64_000)}
    answer = await town.client.post(f"/tickets/{number}/move", data={"csrf": token, "status": "prove"}, files=files)
    assert answer.status_code == 413


@pytest.mark.parametrize("site", ['timezone = "America/New_York"'])
@pytest.mark.parametrize("more", [WHEN])
async def test_instants_in_csv_are_those_of_the_site_with_their_offset(town: Town) -> None:
    await town.order()
    await town.sign_in()
    assert ",2026-03-02T04:00:00-05:00\r\n" in (await town.client.get("/views/when.csv")).text


async def test_colours_are_those_of_the_system_until_somebody_chooses(town: Town) -> None:
    token = await town.sign_in()
    assert 'media="(prefers-color-scheme: dark)"' in (await town.client.get("/tasks")).text
    answer = await town.post("/look", token, look="dark", back="/tasks")
    assert answer.headers["location"] == "/tasks"
    page = (await town.client.get("/tasks")).text
    assert "dark.css" in page
    assert "prefers-color-scheme" not in page
    await town.post("/look", token, look="light", back="https://elsewhere.example/")
    assert "dark.css" not in (await town.client.get("/tasks")).text
    await town.post("/look", token, look='"><script>')
    assert 'media="(prefers-color-scheme: dark)"' in (await town.client.get("/tasks")).text


async def test_a_correction_of_what_a_colleague_corrected_meanwhile_is_shown_beside_theirs(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    shown = "lines[0].quantity=20"
    assert f'value="{shown}"' in page
    first = await town.post(f"/tickets/{number}/correct", token, field=shown, value="21")
    late = await town.post(f"/tickets/{number}/correct", token, field=shown, value="22")
    assert (first.status_code, late.status_code) == (303, 409)
    clash = late.text.split('class="card clash"')[1].split("</table>")[0]
    assert "<td>21</td><td>22</td>" in clash
    assert 'value="lines[0].quantity=21" selected' in late.text
    again = await town.post(f"/tickets/{number}/correct", token, field="lines[0].quantity=21", value="22")
    assert again.status_code == 303


async def test_colours_lead_back_to_a_page_that_opens_with_its_query(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("root")
    found = (await town.client.get("/search", params={"q": "po:PO-1001"})).text
    assert 'name="back" value="/search?q=po%3APO-1001"' in found
    draft = await town.post(f"/tickets/{number}/say", token, kind="preview", text="Soon.", note="Call them.")
    assert f'name="back" value="/tickets/{number}"' in draft.text
    assert ">Call them.</textarea>" in draft.text
    chosen = await town.post("/bulk/preview", token, id=str(number), does="macro:ship")
    assert 'name="back" value="/">' in chosen.text
    answer = await town.post("/look", token, look="dark", back="/search?q=po%3APO-1001")
    assert answer.headers["location"] == "/search?q=po%3APO-1001"
    lost = (await town.client.get("/no-such-page")).text
    assert "dark.css" in lost
    assert "prefers-color-scheme" not in lost


async def test_the_way_to_the_sign_in_and_back_keeps_the_query(town: Town) -> None:
    asked = await town.client.get("/search?q=po%3A1&x=2")
    assert asked.headers["location"] == "/sign-in?next=/search%3Fq%3Dpo%253A1%26x%3D2"
    await town.sign_in()
    assert (await town.client.get(asked.headers["location"])).headers["location"] == "/search?q=po%3A1&x=2"


async def test_fields_that_were_filled_in_outlive_the_session_and_those_left_alone_are_not_shown(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    town.client.cookies.clear()
    fields = {"set.was.carrier": "", "set.carrier": "Swift & Co", "set.was.group": "Orders", "set.group": "Orders"}
    ended = await town.post(f"/tickets/{number}/edit", token, **fields, **{"field.po_number": "PO-7"})
    assert ended.status_code == 401
    assert "Swift &amp; Co" in ended.text
    assert "PO-7" in ended.text
    assert ">Orders<" not in ended.text


async def test_tasks_and_letters_to_outsiders_that_are_sent_twice_from_one_page_happen_once(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    asked = {"to": "depot@carrier.example", "subject": "Where is it?", "text": "It left on Monday."}
    for deed, given in (("tasks", {"title": "Call the depot", "to": "olaf"}), ("asides", asked)):
        once = page.split(f'action="/tickets/{number}/{deed}"')[1].split('name="once" value="')[1].split('"')[0]
        answers = [await town.post(f"/tickets/{number}/{deed}", token, once=once, **given) for _ in range(2)]
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
    aside = answers[0].headers["location"]
    once = (await town.client.get(aside)).text.split('name="once" value="')[1].split('"')[0]
    for text in ("Any news?", "Any news?", "No hurry."):
        await town.post(aside, token, does="say", text=text, once=once)
    page, said = (await town.client.get(f"/tickets/{number}")).text, (await town.client.get(aside)).text
    assert page.split('id="tasks"')[1].split("</section>")[0].count("Call the depot") == 1
    assert page.count(f'href="{aside}"') == page.count('href="/asides/') == 1
    assert (said.count("<pre>Any news?"), said.count("<pre>No hurry.")) == (1, 1)


async def test_an_edit_that_is_refused_shows_the_form_again_with_what_was_written(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    given = {"set.was.tags": "", "set.tags": "mine", "set.assignee": "nobody-of-ours"}
    refused = await town.post(f"/tickets/{number}/edit", token, **given)
    assert refused.status_code == 422
    form = refused.text.split('id="fields"')[1].split("</form>")[0]
    assert 'class="wrong" role="alert">Nothing was kept' in form
    assert 'name="set.tags" value="mine"' in form
    assert "mine" not in (await town.client.get(f"/tickets/{number}")).text.split("<h1")[1].split("</p>")[0]


async def test_a_long_text_is_shown_by_its_beginning_and_unfolds(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    for lines in (50, 51):
        await town.post(f"/tickets/{number}/say", token, kind="note", note="\n".join(f"row {n}" for n in range(lines)))
    page = (await town.client.get(f"/tickets/{number}")).text
    assert re.findall(r"<summary>(\d+) more lines</summary><pre>(row \d+)", page) == [("11", "row 40")]


async def test_macros_are_listed_by_the_words_they_begin_with(town: Town) -> None:
    await town.order()
    await town.sign_in()
    page = (await town.client.get("/views/open")).text
    assert '<select id="does" name="does" required>' in page
    assert '<optgroup label="Macros"><option value="macro:ship">ship</option></optgroup>' in page


async def test_what_is_refused_for_many_for_one_reason_is_said_once(town: Town) -> None:
    numbers, token = [await town.order(f"PO-{n}") for n in range(12)], await town.sign_in()
    for number in numbers[1:]:
        await town.post(f"/tickets/{number}/move", token, status="solved")
    did = await town.post("/bulk", token, id=numbers, does="macro:ship", back="/views/open")
    said = (await town.client.get(did.headers["location"])).text.split('role="status">')[1].split("<")[0]
    assert said.startswith("1 of 12 tickets done. #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12: ")
    assert said.count("#") == 11


async def test_an_event_names_the_rules_that_acted(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    await town.post(f"/tickets/{number}/macro", token, macro="ship")
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "<summary>Ticket created by mara@buyer.example: built in: order" in page
    assert "by anna: ship <time" in page


async def test_a_mail_that_is_tried_tells_what_it_would_do_and_nothing_of_before(town: Town) -> None:
    raw = ORDER.format(number="PO-1").replace("\n", "\r\n").encode()
    new = await rehearse(town.db, town.desk, raw, None)
    number, _ = await town.order("PO-1"), await town.sign_in()
    again = await rehearse(town.db, town.desk, raw.replace(b"<PO-1@", b"<again@"), None)
    assert (new["outcome"], "system.order" in new["fired"]) == ("ticket", True)
    assert (again["outcome"], again["ticket"], again["letters"]) == ("duplicate", number, [])
    assert "system.order" not in again["fired"]


async def test_the_example_of_a_filter_is_one_and_a_wrong_filter_says_only_what_is_wrong(town: Town) -> None:
    await town.order()
    await town.sign_in()
    page = (await town.client.get("/views/open")).text
    example = re.findall(r'id="if"[^>]* placeholder="([^"]+)"', page)[0]
    tried = (await town.client.get("/views/open", params={"if": example})).text
    assert 'role="alert"' not in tried
    assert "No ticket is in this view." in tried
    wrong = (await town.client.get("/views/open", params={"if": "colour == red"})).text
    assert 'role="alert"' in wrong
    assert "No ticket is in this view." not in wrong


async def test_a_task_may_be_due_in_more_characters_than_ten(town: Town) -> None:
    number, _ = await town.order(), await town.sign_in()
    assert re.search(r'id="task-due"[^>]* maxlength="30"', (await town.client.get(f"/tickets/{number}")).text)


async def test_a_rule_file_with_mistakes_is_refused_with_each_of_them_at_its_line(town: Town) -> None:
    token = await town.sign_in("root")
    wrong = '# ours\n[[trigger]]\nname = "A"\nall = ["colour == red"]\ndo = []\n\n'
    wrong += '[[macro]]\nname = "B"\ndo = [{ fly = 1 }]\n'
    files = {"file": ("C:\\rules\\next.toml", wrong.encode())}
    refused = await town.client.post("/rules/simulate", data={"csrf": token}, files=files)
    assert refused.status_code == 422
    told = re.findall(r"<li>(next\.toml:[0-9]+: [^<]+)</li>", refused.text)
    assert {int(line.split(":")[1]) for line in told} >= {4, 9}
    assert 'id="days"' in refused.text
    broken = {"file": ("next.toml", b"[[trigger]\n")}
    assert "<li>next.toml:1: " in (await town.client.post("/rules/simulate", data={"csrf": token}, files=broken)).text


@pytest.mark.parametrize("more", [BLUEPRINT])
async def test_a_blueprint_that_a_ticket_enters_is_no_limit_of_it(town: Town) -> None:
    rules = town.desk.ruleset
    [name] = rules.blueprints
    label = rules.blueprints[name].label
    assert rule_name(rules, f"blueprint.{name}") == label
    assert rule_name(rules, f"blueprint.{name}", timed=True) == f"{label}: limit of the whole way"


async def test_a_macro_or_a_status_that_is_refused_says_so_on_the_ticket(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    assert (await town.post(f"/tickets/{number}/macro", token, macro="ship")).status_code == 303
    for path, given, why in (("macro", {"macro": "ship"}, "solved"), ("move", {"status": "new"}, "goes back to new")):
        again = await town.post(f"/tickets/{number}/{path}", token, **given)
        assert again.status_code == 422, path
        said = again.text.split('class="card clash"')[1].split("</div>")[0]
        assert "Nothing was done" in said and why in said, path
        assert 'id="timeline"' in again.text
