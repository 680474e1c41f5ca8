; Definitions and imports; documentation is the comment before a definition. The first pattern that names a definition
; decides its kind.

(impl_item
  body: (declaration_list
    (function_item
      name: (identifier) @name
      body: (block) @body) @definition.method))

(trait_item
  body: (declaration_list
    [
      (function_item name: (identifier) @name body: (block) @body)
      (function_signature_item name: (identifier) @name)
    ] @definition.method))

(function_item
  name: (identifier) @name
  body: (block) @body) @definition.function

(function_signature_item name: (identifier) @name) @definition.function

(struct_item
  name: (type_identifier) @name
  body: (_)? @body) @definition.struct

(union_item
  name: (type_identifier) @name
  body: (_) @body) @definition.struct

(enum_item
  name: (type_identifier) @name
  body: (_) @body) @definition.enum

(trait_item
  name: (type_identifier) @name
  body: (_) @body) @definition.trait

(type_item name: (type_identifier) @name) @definition.type

(mod_item
  name: (identifier) @name
  body: (_)? @body) @definition.namespace

(macro_definition name: (identifier) @name) @definition.macro

(impl_item
  type: [
    (type_identifier) @name
    (generic_type type: (type_identifier) @name)
    (scoped_type_identifier name: (type_identifier) @name)
  ]
  body: (_) @body) @definition.implementation

(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.constant

; Taken at the top level only; no parent is named, since half-written code can make an error of the root.
(use_declaration) @import
(extern_crate_declaration) @import
