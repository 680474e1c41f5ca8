; Definitions, their documentation, and imports. The first pattern that names a definition decides its kind.

(class_definition
  body: (block
    [
      (function_definition
        name: (identifier) @name
        body: (block . (expression_statement . (string) @doc)?) @body) @definition.method
      (decorated_definition
        definition: (function_definition
          name: (identifier) @name
          body: (block . (expression_statement . (string) @doc)?) @body) @definition.method)
    ]))

(function_definition
  name: (identifier) @name
  body: (block . (expression_statement . (string) @doc)?) @body) @definition.function

(class_definition
  name: (identifier) @name
  body: (block . (expression_statement . (string) @doc)?) @body) @definition.class

(module
  (expression_statement
    (assignment left: (identifier) @name) @definition.constant))

; Taken at the top level only; no parent is named, since half-written code can make an error of the root.
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import
