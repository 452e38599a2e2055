"""Rules: a ticket and an event go in, effects and the reasons for them come out.

Everything in this room is pure. It reads no table, no clock and no socket: what it needs is in its arguments. So the
same functions decide for real (`pipeline.desk`), preview a macro, explain the past and try out another rule file.

What decides
    triggers       one event through all rules; begin reading here
    system         what an event means by itself, before any rule of the desk
    index          triggers that ask the same thing are answered together
    actions        from the actions of a rule to effects on one ticket
    plan           the effects of one event gathered, with the trace of why
    project        what a ticket is after an effect; `pipeline.apply` does the same to the tables
    macros edits typing_in correcting    what people set off or type by hand
    fields forms wording    the values of form fields, what a form asks for, texts with placeholders
    matrix blocking         which status may follow which
    mentions views erasing webhook_events

What waits for time
    automations    conditions that become timers
    timed          sequences, time limits and the closing of solved tickets, as automations
    sla sla_timers pathways    the clocks of service levels and of blueprints

Blueprints, departments, assignments
    blueprint entering walks   what may be done in a state, and how a ticket gets in, along and out
    departments department_moves
    assign         who gets a ticket that has nobody

Rules as values
    model action_model trigger_model blueprint_model desk_model sla_model

From the configuration file
    load           all rule sections to one Ruleset, or every mistake in them
    load_actions load_assignments load_blueprint load_departments load_fields load_macros load_matrix load_names
    load_owners load_schedules load_sla load_transitions load_views
    table          takes the values out of one TOML table
    rule_file      the text of the rules, kept so that they can be read again years later

Before and after the fact
    lint           what is allowed and still most likely a mistake
    lint_assignments lint_blueprint lint_departments lint_views contradict findings
    explain describe in_words    why a rule did or did not fire; effects, and conditions with labels for people
    simulate replay what_if rule_diff    a life on paper, the past by other rules, where the two part
    graph flow_picture blueprint_picture layered    the flow as a picture
    call_body      what a webhook is sent
"""
