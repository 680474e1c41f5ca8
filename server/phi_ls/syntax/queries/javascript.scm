; Definitions and imports; documentation is the comment before a definition. The first pattern that names a definition
; decides its kind.

(class_declaration
  name: (_) @name
  body: (class_body) @body) @definition.class

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: (class body: (class_body) @body))) @definition.class

(method_definition
  name: (_) @name
  body: (statement_block) @body) @definition.method

(function_declaration
  name: (identifier) @name
  body: (statement_block) @body) @definition.function

(generator_function_declaration
  name: (identifier) @name
  body: (statement_block) @body) @definition.function

; How the grammar reads a function whose closing brace is not there yet.
(expression_statement
  (function_expression
    name: (identifier) @name
    body: (statement_block) @body) @definition.function)

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
    ])) @definition.function

(variable_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
    ])) @definition.function

(class_body
  (field_definition
    property: (_) @name
    value: [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
    ]) @definition.method)

(program
  (lexical_declaration
    (variable_declarator name: (identifier) @name)) @definition.constant)

(program
  (export_statement
    (lexical_declaration
      (variable_declarator name: (identifier) @name)) @definition.constant))

; Taken at the top level only; no parent is named, since half-written code can make an error of the root.
(import_statement) @import
(export_statement source: (_)) @import
