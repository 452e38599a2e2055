"""The other side of the demo, in a process of its own: customers who mail orders over real SMTP and answer letters.

Run as ``python -m maild.demo.mailer PORT LETTERS MAILS [ADDRESS...]``: the daemon's port, the folder where its letters
land, the folder of sample mails, and the addresses of a desk of your own: orders go to the first, and more of them than
a small team takes at once; questions go to each of the others.
"""

import email
import email.policy
import smtplib
import sys
import time
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

TRUSTED = "127.0.0.1"  # the demo's config trusts what comes from here, as it would trust your own network
STRANGER = "127.0.0.2"
SHIPPED = "orders@shop.example"  # that of the sample mails
MORE = 4  # mails to each address
ORDER = """Purchase order: PO-{number}

Item      Description               Qty   Unit price     Amount
BH-1001   Brass ball valve DN15      10        12.50     125.00

Total: 125.00 EUR
"""
QUESTION = "Hello,\n\nour pump has been leaking since Monday. What can we do?\n\nKind regards\nStore {number}\n"
PATIENCE = 30.0  # seconds for a letter to appear


def main(port: int, letters: Path, mails: Path, addresses: list[str]) -> None:
    for path in sorted(mails.glob("*.eml")):
        raw = path.read_bytes().replace(SHIPPED.encode(), (addresses or [SHIPPED])[0].encode())
        send(port, raw, STRANGER if "stranger" in path.name else TRUSTED)
    for number in range(1, MORE + 1):
        for address in addresses[:1]:
            send(port, written(number, address, f"Purchase order PO-{8000 + number}", ORDER), TRUSTED)
        for address in addresses[1:]:
            send(port, written(number, address, f"A question about pump {number}", QUESTION), TRUSTED)
    letter = find_letter(letters, "mia.okafor@blueharbor.example")
    send(port, reply(letter, "Please deliver on Friday, our yard is closed on Saturday."), TRUSTED)
    letter = find_letter(letters, "achats@castellane-ateliers.example")
    send(port, reply(letter, "I am out of the office until Monday.", Auto_Submitted="auto-replied"), TRUSTED)


def written(number: int, to: str, subject: str, text: str) -> bytes:
    """A mail of another customer each time."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Store {number} <store{number}@harbour{number}.example>", to, subject
    mail["Message-ID"] = f"<demo-{number}-{to}>"
    mail.set_content(text.format(number=8000 + number))
    return mail.as_bytes()


def send(port: int, raw: bytes, source: str) -> None:
    """Hand one mail over; line ends as SMTP wants them."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    sender, to = parseaddr(str(message["From"]))[1], parseaddr(str(message["To"]))[1]
    wire = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    with smtplib.SMTP(TRUSTED, port, source_address=(source, 0), timeout=PATIENCE) as client:
        client.sendmail(sender, [to], wire)


def find_letter(folder: Path, to: str) -> EmailMessage:
    """The first letter to an address, as soon as it lands."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for path in sorted(folder.glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            if parseaddr(str(message["To"]))[1] == to:
                return message
        time.sleep(0.05)
    raise SystemExit(f"no letter to {to} appeared in {folder}")


def reply(letter: EmailMessage, text: str, **headers: str) -> bytes:
    """An answer as mail programs write it: to Reply-To, with threading headers and the letter quoted below."""
    body = letter.get_body(("plain",))
    quoted = "".join(f"> {line}\n" for line in (body.get_content() if body else "").splitlines())
    answer = EmailMessage()
    answer["From"] = letter["To"]
    answer["To"] = letter["Reply-To"]
    answer["Subject"] = f"Re: {letter['Subject']}"
    answer["In-Reply-To"] = answer["References"] = letter["Message-ID"]
    answer["Message-ID"] = f"<answer-{letter['Message-ID'].strip('<>')}>"
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    answer.set_content(f"{text}\n\nOn {letter['Date']}, {letter['From']} wrote:\n{quoted}")
    return answer.as_bytes()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
