/* How the module meets its host: what it exports and imports, and the answer that the host reads. */
#ifndef CX_SHIM_H
#define CX_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* Before a definition: the host calls it as cx_<name>. */
#define EXPORT(name) __attribute__((export_name("cx_" #name)))
/* Before a declaration: the host defines it as cx.<name>. */
#define IMPORT(name) __attribute__((import_module("cx"), import_name(#name)))

/*
 * answer.c: what an exported function has to say besides what it returns. One answer at a time: its bytes are valid until the next call
 * of an exported function.
 */
void answer_clear(void);
void answer_word(uint32_t word);
/* The length in bytes as a word, then the bytes, then zeros up to a multiple of 4. */
void answer_text(const char* text, size_t length);
void answer_bytes(const void* bytes, size_t length);
/* For a word that is known later: takes its place and returns it. */
size_t answer_place(void);
void answer_set(size_t place, uint32_t word);

/* authenticode.c */
void signatures_begin_scan(void);
int signatures_were_unknown(void);

#endif
