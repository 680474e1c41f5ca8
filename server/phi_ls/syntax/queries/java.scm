; Definitions and imports; documentation is the comment before a definition. The first pattern that names a definition
; decides its kind.

(class_declaration
  name: (identifier) @name
  body: (_) @body) @definition.class

(record_declaration
  name: (identifier) @name
  body: (_) @body) @definition.class

(interface_declaration
  name: (identifier) @name
  body: (_) @body) @definition.interface

(annotation_type_declaration
  name: (identifier) @name
  body: (_) @body) @definition.interface

(enum_declaration
  name: (identifier) @name
  body: (_) @body) @definition.enum

(method_declaration
  name: (identifier) @name
  body: (_)? @body) @definition.method

(constructor_declaration
  name: (identifier) @name
  body: (_) @body) @definition.method

(compact_constructor_declaration
  name: (identifier) @name
  body: (_) @body) @definition.method

(annotation_type_element_declaration name: (identifier) @name) @definition.method

(field_declaration
  (modifiers "final")
  declarator: (variable_declarator name: (identifier) @name)) @definition.constant

; Taken at the top level only; no parent is named, since half-written code can make an error of the root.
(import_declaration) @import
