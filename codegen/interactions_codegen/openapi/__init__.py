"""Revisions from OpenAPI documents, and OpenAPI documents from revisions.

The way in (`importing`) has one module a step, in this order:

document      JSON → a document that is OpenAPI 3.0 or 3.1, with its references
operations    the interactions' operations among all of its paths
reading       the schemas that these reach → nodes, `allOf` flattened (`merging`)
types         aliases dissolved, what is written in place and needs a name set apart
unions        members and tags of unions; enums that were written as unions
recognising   which types are those of the base revision, whatever they are called
names         a public name for every type
arranging     the base's order, words and rules for what is the same
placing       a family for every type
carrying      revision.json, routes.json and deviations.json
"""
