#pragma once
/* Tables assembled by the linker.
 *
 * What exists — DocTypes, methods, pages, jobs, commands, settings, tests — is a row beside the code that does it.
 *     TABLE_ROW(jobs, struct job, job_expire) = { .name = "expire", … };
 * adds a pointer to the row to the table "jobs"; TABLE_EACH walks the table in link order, which means nothing.
 * Pointers are collected, not structs, so no row is padded; the bounds are weak, so a program that links no row
 * of a table sees an empty table. Rooms are OBJECT libraries: from a static library the linker would drop rows.
 */
#include <stddef.h>
#include <stdint.h>

#define TABLE_ROW(table, type, object)                                                                                 \
    static const type object;                                                                                          \
    __attribute__((used, retain, section(#table))) static const type *const row_##object = &object;                    \
    static const type object

/* Walks the rows: `it` is a `const type *const *`. Bounds are compared as integers: they are different objects. */
#define TABLE_EACH(table, type, it)                                                                                    \
    extern const type *const __start_##table[] __attribute__((weak));                                                  \
    extern const type *const __stop_##table[] __attribute__((weak));                                                   \
    for (const type *const *it = __start_##table; (uintptr_t)it < (uintptr_t)__stop_##table; it++)

#define countof(a) (sizeof(a) / sizeof *(a))
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(text, first) __attribute__((format(printf, text, first)))
