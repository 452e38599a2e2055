"""Our own check of who sent a mail, for desks that strangers' servers reach directly: SPF (RFC 7208), DKIM (RFC 6376)
and DMARC (RFC 9989).

    prover.Prover                 in the daemon: questions out, verdicts back, none where it takes too long
    child                         the process in which hostile signatures and records meet the libraries
    check.check                   one question -> Checked; joins the three
    dkim_results, spf_result, dmarc

A question that the DNS leaves open gives no verdict: the mail is then judged as if there were no check.
"""
