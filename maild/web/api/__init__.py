"""The JSON API, version 1. Each endpoint is a row of ENDPOINTS in its file: its name, the scope it takes, what it is
asked and answers; addresses, checks and the OpenAPI document all come from that row.

endpoint  what an endpoint is
door      who asks, how often, once or again, at which version; then the endpoint, in one transaction
reading   what a request says, checked
openapi   the document
left_out  what has no endpoint on purpose
"""
