"""Letters: what they say, whether they may leave, and how they get to the relay. Webhooks travel the same way.

Writing
    render         a template and a ticket to a letter's words: strict, sandboxed, bounded
    sandbox filters       the template engine, with everything taken out that could reach outside
    placeholders   what a template may name, filled from one ticket
    values         the named values that a template reads
    clean          what a value from outside must become before a letter repeats it
    languages      in which language
    compose dkim   words to bytes, and the signature under them
    check          what is wrong with the templates, found before the first letter has to go out

Deciding
    gate           who gets a letter, and why not
    budget         how many automatic letters one customer gets
    address        which addresses a letter may go to
    authentication results    whether an author is proved, from the Authentication-Results of the mail

Carrying
    courier        takes letters that are due, hands them over, writes down what became of them
    outbox         the courier's outbox, over `maild.store`
    senders relay  into a folder, or to a relay by SMTP
    relay_trouble  what trouble with the relay means for the letter
    retry backoff  when to try again, and patience with a relay in trouble
    webhook_outbox webhook_sender

Signatures of ours
    tokens links rating   reply addresses and Message-IDs, customers' links, the link of a rating
    keyfile        the file with the keys
"""
