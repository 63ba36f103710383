/*
 * The functions that the host calls: compile, save, load and scan. Texts are bytes with a zero behind them. Numbers in an answer are
 * words: uint32, little-endian; addresses, offsets and lengths fit, since the memory has 32-bit addresses.
 */
#include "shim.h"

#include <stdlib.h>
#include <string.h>
#include <yara.h>

#include "memory.h"

/* Records of a scan's answer. The host reads them in libyara.ts. */
enum record
{
  /* rule */
  RULE_MATCHES = 1,
  /* Of the rule before: number of the string, total, has keys, reported, then offset, length and, with keys, the key of each. */
  STRING_MATCHES = 2,
  /* text */
  LOG = 3,
  /* rule, string, reason */
  GIVEN_UP = 4,
  /* Without a word. */
  SIGNATURES_UNKNOWN = 5,
  /* Number of texts that were left out. */
  LOG_CUT = 6,
};

/* Bytes of console.log that a scan answers, and matches that it lists: a loop in a condition makes any number of either. */
#define MAX_LOG_BYTES (1 << 20)
#define MAX_LISTED 1000000

enum reason
{
  TOO_MANY_MATCHES = 1,
  TOO_MANY_FIBERS = 2,
};

EXPORT(initialize) int cx_initialize(void)
{
  /* Bytes of a match to copy: none, the host has them in its buffer. */
  int error = yr_initialize();
  return error == ERROR_SUCCESS ? yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, 0) : error;
}

EXPORT(version) const char* cx_version(void) { return YR_VERSION; }

/* Returns NULL when memory has run out, which is no trap here: the host may ask for less. */
EXPORT(alloc) void* cx_alloc(size_t size) { return malloc(size == 0 ? 1 : size); }
EXPORT(free) void cx_free(void* block) { free(block); }

/* ---- Compiling ---- */

/* Rules and what it takes to scan with them, kept from scan to scan. */
struct rules
{
  YR_RULES* compiled;
  YR_SCANNER* scanner;
  /* Strings that are not searched: those of disabled rules, and for one scan those that were given up. */
  YR_BITMASK* disabled;
  YR_BITMASK* given_up;
  /* Global rules that are disabled. */
  YR_BITMASK* were_global;
  uint32_t max_matches;
  /* Of the scan so far. */
  size_t log_bytes;
  uint32_t logs_left_out;
  uint32_t listed;
};

static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* user_data);

static struct rules* hold(YR_RULES* compiled)
{
  struct rules* rules = yr_calloc(1, sizeof *rules);
  size_t strings = YR_BITMASK_SIZE(compiled->num_strings);
  rules->compiled = compiled;
  rules->disabled = yr_calloc(strings, sizeof(YR_BITMASK));
  rules->given_up = yr_calloc(strings, sizeof(YR_BITMASK));
  rules->were_global = yr_calloc(YR_BITMASK_SIZE(compiled->num_rules), sizeof(YR_BITMASK));
  if (yr_scanner_create(compiled, &rules->scanner) != ERROR_SUCCESS)
    cx_out_of_memory();
  yr_scanner_set_callback(rules->scanner, on_message, rules);
  yr_scanner_set_flags(rules->scanner, SCAN_FLAGS_REPORT_RULES_MATCHING);
  return rules;
}

/* Diagnostics: level (0 is an error, 1 a warning), line, text. */
static void on_diagnostic(
    int level, const char* file, int line, const YR_RULE* rule, const char* message, void* user_data)
{
  (void) file;
  (void) rule;
  (void) user_data;
  answer_word((uint32_t) level);
  answer_word((uint32_t) line);
  answer_text(message, strlen(message));
}

EXPORT(compiler_create) YR_COMPILER* cx_compiler_create(void)
{
  YR_COMPILER* compiler;
  if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
    cx_out_of_memory();
  yr_compiler_set_callback(compiler, on_diagnostic, NULL);
  /* Includes are resolved before: without a call-back they are an error of the source. */
  yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
  return compiler;
}

EXPORT(compiler_define_integer) int cx_compiler_define_integer(YR_COMPILER* compiler, const char* name, int64_t value)
{
  return yr_compiler_define_integer_variable(compiler, name, value);
}

EXPORT(compiler_define_boolean) int cx_compiler_define_boolean(YR_COMPILER* compiler, const char* name, int value)
{
  return yr_compiler_define_boolean_variable(compiler, name, value);
}

EXPORT(compiler_define_float) int cx_compiler_define_float(YR_COMPILER* compiler, const char* name, double value)
{
  return yr_compiler_define_float_variable(compiler, name, value);
}

EXPORT(compiler_define_text) int cx_compiler_define_text(YR_COMPILER* compiler, const char* name, const char* value)
{
  return yr_compiler_define_string_variable(compiler, name, value);
}

/* Compiles a source, and frees the compiler. Returns NULL where there are errors. The answer has the diagnostics. */
EXPORT(compile) struct rules* cx_compile(YR_COMPILER* compiler, const char* source, size_t length)
{
  YR_RULES* compiled = NULL;
  answer_clear();
  /* Putting the rules together fails for want of memory alone. */
  if (yr_compiler_add_bytes(compiler, source, length, NULL) == 0 &&
      yr_compiler_get_rules(compiler, &compiled) != ERROR_SUCCESS)
    cx_out_of_memory();
  yr_compiler_destroy(compiler);
  return compiled == NULL ? NULL : hold(compiled);
}

EXPORT(rules_count) uint32_t cx_rules_count(const struct rules* rules) { return rules->compiled->num_rules; }

EXPORT(rules_free) void cx_rules_free(struct rules* rules)
{
  yr_scanner_destroy(rules->scanner);
  yr_rules_destroy(rules->compiled);
  yr_free(rules->disabled);
  yr_free(rules->given_up);
  yr_free(rules->were_global);
  yr_free(rules);
}

/* ---- Disabling ---- */

/*
 * yr_rule_disable alone would still search for the rule's strings, so that one of them could go on to spoil every scan; and it would
 * leave the namespace of a global rule without any match. A disabled rule is to be as one that is not there.
 */
EXPORT(rule_enable) void cx_rule_enable(struct rules* rules, uint32_t number, int enabled)
{
  YR_RULE* rule = &rules->compiled->rules_table[number];
  YR_STRING* string;

  if (enabled)
  {
    yr_rule_enable(rule);
    if (yr_bitmask_is_set(rules->were_global, number))
      rule->flags |= RULE_FLAGS_GLOBAL;
    yr_bitmask_clear(rules->were_global, number);
    yr_rule_strings_foreach(rule, string) yr_bitmask_clear(rules->disabled, string->idx);
  }
  else
  {
    yr_rule_disable(rule);
    if (RULE_IS_GLOBAL(rule))
      yr_bitmask_set(rules->were_global, number);
    rule->flags &= ~RULE_FLAGS_GLOBAL;
    yr_rule_strings_foreach(rule, string) yr_bitmask_set(rules->disabled, string->idx);
  }
}

/* ---- Saving and loading ---- */

static size_t write_to_answer(const void* data, size_t size, size_t count, void* user_data)
{
  (void) user_data;
  answer_bytes(data, size * count);
  return count;
}

/* The answer has the compiled rules. They must all be enabled, or the others would be left out for ever. */
EXPORT(rules_save) int cx_rules_save(struct rules* rules)
{
  YR_STREAM stream = {.user_data = NULL, .write = write_to_answer};
  answer_clear();
  return yr_rules_save_stream(rules->compiled, &stream);
}

struct span
{
  const uint8_t* data;
  size_t length;
};

static size_t read_from_span(void* data, size_t size, size_t count, void* user_data)
{
  struct span* rest = user_data;
  size_t available = size == 0 ? 0 : rest->length / size;
  size_t taken = count < available ? count : available;
  memcpy(data, rest->data, size * taken);
  rest->data += size * taken;
  rest->length -= size * taken;
  return taken;
}

/* Loads what cx_rules_save answered. libyara trusts it: the host has checked that it is undamaged. NULL for what is none. */
EXPORT(rules_load) struct rules* cx_rules_load(const uint8_t* data, size_t length)
{
  struct span span = {data, length};
  YR_STREAM stream = {.user_data = &span, .read = read_from_span};
  YR_RULES* compiled;
  return yr_rules_load_stream(&stream, &compiled) == ERROR_SUCCESS ? hold(compiled) : NULL;
}

/* ---- Externals ---- */

/* Gives every external the value that it had when the rules were compiled. A scanner keeps values from scan to scan. */
EXPORT(externals_reset) void cx_externals_reset(struct rules* rules)
{
  YR_SCANNER* scanner = rules->scanner;
  for (YR_EXTERNAL_VARIABLE* external = rules->compiled->ext_vars_table; !EXTERNAL_VARIABLE_IS_NULL(external);
       external++)
    switch (external->type)
    {
    case EXTERNAL_VARIABLE_TYPE_FLOAT:
      yr_scanner_define_float_variable(scanner, external->identifier, external->value.f);
      break;
    case EXTERNAL_VARIABLE_TYPE_INTEGER:
    case EXTERNAL_VARIABLE_TYPE_BOOLEAN:
      yr_scanner_define_integer_variable(scanner, external->identifier, external->value.i);
      break;
    default:
      yr_scanner_define_string_variable(scanner, external->identifier, external->value.s);
    }
}

/* Each returns an error of libyara's for a name that is not defined, or for one of another type. */

EXPORT(external_set_integer) int cx_external_set_integer(struct rules* rules, const char* name, int64_t value)
{
  return yr_scanner_define_integer_variable(rules->scanner, name, value);
}

EXPORT(external_set_float) int cx_external_set_float(struct rules* rules, const char* name, double value)
{
  return yr_scanner_define_float_variable(rules->scanner, name, value);
}

EXPORT(external_set_text) int cx_external_set_text(struct rules* rules, const char* name, const char* value)
{
  return yr_scanner_define_string_variable(rules->scanner, name, value);
}

/* ---- Scanning ---- */

/* A string with a wide gap is a chain of strings, of which only the first has the matches and counts as a string of the rule. */
static const YR_STRING* chain_head(const YR_STRING* string)
{
  while (string->chained_to != NULL)
    string = string->chained_to;
  return string;
}

static void answer_given_up(struct rules* rules, const YR_STRING* given_up, enum reason reason)
{
  const YR_STRING* head = chain_head(given_up);
  YR_RULE* rule = &rules->compiled->rules_table[given_up->rule_idx];
  YR_STRING* string;
  uint32_t number = 0;

  yr_rule_strings_foreach(rule, string)
  {
    if (string == head)
      break;
    number += string->chained_to == NULL;
  }
  answer_word(GIVEN_UP);
  answer_word(given_up->rule_idx);
  answer_word(number);
  answer_word(reason);
}

static void answer_matches(YR_SCAN_CONTEXT* context, struct rules* rules, YR_STRING* string, uint32_t number)
{
  const YR_MATCHES* matches = &context->matches[string->idx];
  int has_keys = STRING_IS_XOR(string) != 0;
  uint32_t reported = 0;

  if (matches->count == 0)
    return;
  answer_word(STRING_MATCHES);
  answer_word(number);
  answer_word((uint32_t) matches->count);
  answer_word((uint32_t) has_keys);
  size_t place = answer_place();
  for (const YR_MATCH* match = matches->head; match != NULL && reported < rules->max_matches && rules->listed < MAX_LISTED;
       match = match->next)
  {
    answer_word((uint32_t) (match->base + match->offset));
    answer_word((uint32_t) match->match_length);
    if (has_keys)
      answer_word(match->xor_key);
    reported++;
    rules->listed++;
  }
  answer_set(place, reported);
}

static void answer_rule(YR_SCAN_CONTEXT* context, struct rules* rules, YR_RULE* rule)
{
  YR_STRING* string;
  uint32_t number = 0;

  answer_word(RULE_MATCHES);
  answer_word((uint32_t) (rule - rules->compiled->rules_table));
  yr_rule_strings_foreach(rule, string)
  {
    if (string->chained_to != NULL)
      continue;
    if (!STRING_IS_PRIVATE(string))
      answer_matches(context, rules, string, number);
    number++;
  }
}

static void answer_log(struct rules* rules, const char* text)
{
  size_t length = strlen(text);
  /* Once a text is left out, so are all that follow: none is missing in between. */
  if (rules->logs_left_out > 0 || rules->log_bytes + length > MAX_LOG_BYTES)
  {
    if (rules->logs_left_out < UINT32_MAX)
      rules->logs_left_out++;
    return;
  }
  rules->log_bytes += length + 1;
  answer_word(LOG);
  answer_text(text, length);
}

/*
 * libyara loses matches of a string in one way: from the 1,000,001st on (YR_MAX_STRING_MATCHES; for a chain, the parts that wait for
 * the others count, too) it asks here, and then no longer looks for the string. The other message, CALLBACK_MSG_TOO_SLOW_SCANNING, is
 * a warning that loses nothing.
 */
static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* user_data)
{
  struct rules* rules = user_data;
  switch (message)
  {
  case CALLBACK_MSG_RULE_MATCHING:
    answer_rule(context, rules, data);
    break;
  case CALLBACK_MSG_CONSOLE_LOG:
    answer_log(rules, data);
    break;
  case CALLBACK_MSG_TOO_MANY_MATCHES:
    answer_given_up(rules, data, TOO_MANY_MATCHES);
    break;
  }
  return CALLBACK_CONTINUE;
}

/*
 * libyara looks at the time once for 4,096 bytes of data and for 100 instructions of conditions. Between two looks regular expressions
 * can be busy for hours. So make/engine-sources.ts has added calls of this: for each place where a string may begin, and for each step of
 * a regular expression. A step takes 3 ms at worst, most take nanoseconds, hence one look in 16.
 */
#define STEPS_PER_LOOK 16

int cx_check_time(const YR_SCAN_CONTEXT* context)
{
  static uint32_t steps = 0;
  if (++steps % STEPS_PER_LOOK != 0)
    return ERROR_SUCCESS;
  return yr_stopwatch_elapsed_ns((YR_STOPWATCH*) &context->stopwatch) > context->timeout ? ERROR_SCAN_TIMEOUT
                                                                                       : ERROR_SUCCESS;
}

static int scan_once(struct rules* rules, const uint8_t* data, size_t length)
{
  YR_SCANNER* scanner = rules->scanner;
  YR_BITMASK* unsearched = scanner->strings_temp_disabled;
  size_t strings = YR_BITMASK_SIZE(rules->compiled->num_strings);

  answer_clear();
  rules->log_bytes = rules->logs_left_out = rules->listed = 0;
  signatures_begin_scan();
  /* A scanner would keep the entry point of its first file. */
  scanner->entry_point = YR_UNDEFINED;
  scanner->last_error_string = NULL;
  for (size_t i = 0; i < strings; i++)
    unsearched[i] = rules->disabled[i] | rules->given_up[i];
  return yr_scanner_scan_mem(scanner, data, length);
}

/* Leaves a string, with all parts of its chain, out of the scans that follow. */
static void give_up(struct rules* rules, const YR_STRING* given_up)
{
  const YR_STRING* head = chain_head(given_up);
  YR_RULE* rule = &rules->compiled->rules_table[given_up->rule_idx];
  YR_STRING* string;
  yr_rule_strings_foreach(rule, string)
  {
    if (chain_head(string) == head)
      yr_bitmask_set(rules->given_up, string->idx);
  }
}

static void answer_strings_given_up(struct rules* rules)
{
  for (uint32_t i = 0; i < rules->compiled->num_strings; i++)
  {
    const YR_STRING* string = &rules->compiled->strings_table[i];
    if (yr_bitmask_is_set(rules->given_up, i) && string->chained_to == NULL)
      answer_given_up(rules, string, TOO_MANY_FIBERS);
  }
}

/*
 * Scans `length` bytes, for at most `timeout` nanoseconds. Returns an error of libyara's; where there is one, nothing in the answer but
 * what the rules have logged can be relied on.
 *
 * A regular expression of a string that needs too many fibers makes libyara drop the whole scan. It names the string, so the scan is
 * done again without it. Where the expression stands in a condition, no rule is named, and the error is returned.
 */
EXPORT(scan) int cx_scan(struct rules* rules, const uint8_t* data, size_t length, double timeout, uint32_t max_matches)
{
  YR_STOPWATCH stopwatch;
  uint64_t limit = (uint64_t) timeout, elapsed = 0;
  int error;

  rules->max_matches = max_matches;
  memset(rules->given_up, 0, YR_BITMASK_SIZE(rules->compiled->num_strings) * sizeof(YR_BITMASK));
  yr_stopwatch_start(&stopwatch);
  for (;;)
  {
    rules->scanner->timeout = limit - elapsed;
    error = scan_once(rules, data, length);
    if (error != ERROR_TOO_MANY_RE_FIBERS || rules->scanner->last_error_string == NULL)
      break;
    give_up(rules, rules->scanner->last_error_string);
    elapsed = yr_stopwatch_elapsed_ns(&stopwatch);
    if (elapsed >= limit)
    {
      error = ERROR_SCAN_TIMEOUT;
      break;
    }
  }
  answer_strings_given_up(rules);
  if (rules->logs_left_out > 0)
  {
    answer_word(LOG_CUT);
    answer_word(rules->logs_left_out);
  }
  if (signatures_were_unknown())
    answer_word(SIGNATURES_UNKNOWN);
  return error;
}
