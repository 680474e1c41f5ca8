; Definitions and imports; documentation is the comment before a definition. The first pattern that names a definition
; decides its kind.

(function_declaration
  name: (identifier) @name
  body: (block)? @body) @definition.function

(method_declaration
  name: (field_identifier) @name
  body: (block)? @body) @definition.method

(type_declaration
  . (type_spec
    name: (type_identifier) @name
    type: (struct_type (field_declaration_list) @body)) .) @definition.struct

(type_declaration
  . (type_spec
    name: (type_identifier) @name
    type: (interface_type)) .) @definition.interface

(type_declaration
  . [
    (type_spec name: (type_identifier) @name)
    (type_alias name: (type_identifier) @name)
  ] .) @definition.type

(type_spec
  name: (type_identifier) @name
  type: (struct_type (field_declaration_list) @body)) @definition.struct

(type_spec
  name: (type_identifier) @name
  type: (interface_type)) @definition.interface

(type_spec name: (type_identifier) @name) @definition.type
(type_alias name: (type_identifier) @name) @definition.type

(method_elem name: (field_identifier) @name) @definition.method

(source_file (const_declaration (const_spec . name: (identifier) @name) @definition.constant))
(source_file (var_declaration (var_spec . name: (identifier) @name) @definition.constant))

; Taken at the top level only; no parent is named, since half-written code can make an error of the root.
(import_declaration) @import
