"""Reading orders: a mail or a document in, the orders that it holds out, each value with the place it was found at.

`read` is the one door. Whatever the bytes are, it answers; what is doubtful is named and never guessed. Formats bring
a document into rows of words with places (`layout`) or, where it has fields, straight into a draft (`found`).
`understand` makes drafts of rows, `judge` makes orders of drafts.

The road
    read detect archive mails letter thread pages    which bytes are what; the parts of a mail, and its own words
    text html csv codepage sheets xls xlsx docx      formats into rows
    pdf pdf_columns pdf_glyphs pdf_hidden pdf_layers
    xml xmltree xmlvalues cii cxml opentrans ubl xcbl          XML orders into drafts
    edifact segments tradacoms x12                             EDI orders into drafts
    layout glance context    rows with places; a first look; what surrounds a document
    understand found         rows into drafts
    judge line_doubts crosscheck alternatives stated_sums refusal    drafts into orders, with every doubt; what is none

Order lines
    lines arithmetic         every way of reading them is tried; quantity times price has to be the amount
    table heads cells entries code_columns closing spaces table_line    tables with a head
    running_heads            what each page repeats above a table
    bare tiers records       tables without one, of two rows a line, blocks of labels and values
    items item_rows item_price counted_phrases enumeration mentions    out of running text
    changed_quantities agreed grouped_codes this_time spelled east_items
    codes item_codes broken_codes    item numbers, and whose they are

Fields
    pairs labels label_parts composed    labels, and the values beside them
    identity titles titled_number titled_day order_number numbered      the number of the order
    buyer issuer signature parties names                                who buys
    addresses spoken_places                                             where the goods go
    days dates day_words letter_days said_days                          when
    totals chain money named_currency whose_money numbers               sums and currencies
    language east sentence_ends
"""
