/*
 * Signatures of PE files for the module pe, in place of the authenticode-parser of YARA's sources, which needs OpenSSL. The host reads
 * them: pe.c calls parse_authenticode, which asks the import cx.authenticode, and fills the structures that pe.c takes.
 *
 * cx.authenticode(file, length) gets the address and the length of a PE file that has a security directory within its bounds. It returns
 * 0 when it could not work the signatures out: the scan then says that pe.signatures was not evaluated. Otherwise it returns the address
 * of a block that it got from cx_alloc and filled as follows. This file frees the block.
 *
 *   block            word    bytes of the whole block, this word included
 *                    word    number of signatures, nested ones included; 0 where there are none that can be shown
 *                    …       signatures, in the order in which pe.signatures has them
 *
 *   signature        word    verify_flags: 0 is valid, else one of AUTHENTICODE_VFY_…, the first fault found
 *                    text    digest_alg, "sha256" for example
 *                    bytes   digest that the signature states
 *                    bytes   file_digest: the same digest, computed from the file
 *                    list    all certificates, those of time stamps included
 *                    word    1 where there is a signer, and then:
 *                      bytes   digest of the signer's info
 *                      text    digest_alg
 *                      text    program_name
 *                      list    the signer's chain, its own certificate first
 *                    word    number of countersignatures
 *                    …       countersignatures
 *
 *   countersignature word    verify_flags: 0 is valid, else one of COUNTERSIGNATURE_VFY_…
 *                    long    sign_time, seconds since 1970
 *                    text    digest_alg
 *                    bytes   digest
 *                    list    the chain of certificates
 *
 *   list             word    number of certificates, then the certificates
 *
 *   certificate      word    version as it is encoded: 2 for X.509 v3
 *                    text    issuer, as OpenSSL's X509_NAME_oneline writes it: "/C=DE/O=Example/CN=Name"
 *                    text    subject
 *                    text    serial: "00:01:ab"
 *                    text    sig_alg: "sha256WithRSAEncryption"
 *                    text    sig_alg_oid: "1.2.840.113549.1.1.11"
 *                    bytes   SHA-1 of its DER form: 20 bytes, or the block is not accepted
 *                    long    not_before, not_after: seconds since 1970
 *                    long
 *
 *   word             uint32, little-endian
 *   long             int64, little-endian
 *   bytes, text      word: the length, or 0xFFFFFFFF for none at all; the bytes; a zero; zeros up to a multiple of 4 bytes. A text ends
 *                    at its first zero. After "none at all" nothing follows.
 *
 * Everything begins at a multiple of 4 bytes. What pe.c does not show (keys, attributes of names, SHA-256 of certificates) is left out.
 */
#include <authenticode-parser/authenticode.h>
#include <stdlib.h>
#include <string.h>
#include <yara/mem.h>

#include "shim.h"

IMPORT(authenticode) uint8_t* cx_authenticode(const uint8_t* file, size_t length);

#define NONE UINT32_MAX
#define SHA1_LENGTH 20
/* Bytes of the shortest entries of lists: no list may claim more of them than the block has room for. */
#define MIN_CERTIFICATE (7 * 4 + 2 * 8)
#define MIN_SIGNATURE (7 * 4)
#define MIN_COUNTERSIGNATURE (4 * 4 + 8)

static int unknown = 0;

void signatures_begin_scan(void) { unknown = 0; }
int signatures_were_unknown(void) { return unknown; }

/* Blocks that are freed together: the one of the host and those of the structures, which point into it. */
struct owned
{
  AuthenticodeArray array;
  struct allocation* allocations;
  uint8_t* block;
};

struct allocation
{
  struct allocation* next;
  int64_t memory[];
};

/* Reads the block from its start. After a fault everything read is 0 or NULL. */
struct reader
{
  struct owned* owner;
  uint8_t* next;
  size_t rest;
  int faulty;
};

static void* allocate(struct owned* owner, size_t count, size_t size)
{
  struct allocation* allocation = yr_calloc(1, sizeof *allocation + count * size);
  allocation->next = owner->allocations;
  owner->allocations = allocation;
  return allocation->memory;
}

static uint8_t* take(struct reader* reader, size_t size)
{
  if (reader->faulty || reader->rest < size)
  {
    reader->faulty = 1;
    return NULL;
  }
  uint8_t* taken = reader->next;
  reader->next += size;
  reader->rest -= size;
  return taken;
}

static uint32_t read_word(struct reader* reader)
{
  uint32_t word = 0;
  const uint8_t* place = take(reader, sizeof word);
  if (place != NULL)
    memcpy(&word, place, sizeof word);
  return word;
}

static int64_t read_long(struct reader* reader)
{
  int64_t value = 0;
  const uint8_t* place = take(reader, sizeof value);
  if (place != NULL)
    memcpy(&value, place, sizeof value);
  return value;
}

static ByteArray read_bytes(struct reader* reader)
{
  ByteArray bytes = {NULL, 0};
  uint32_t length = read_word(reader);
  if (length == NONE)
    return bytes;
  if (length > reader->rest)
  {
    reader->faulty = 1;
    return bytes;
  }
  uint8_t* place = take(reader, length - length % 4 + 4);
  if (place == NULL || place[length] != 0)
  {
    reader->faulty = 1;
    return bytes;
  }
  bytes.data = place;
  bytes.len = (int) length;
  return bytes;
}

static char* read_text(struct reader* reader) { return (char*) read_bytes(reader).data; }

/* Reads the number of a list's entries, none of which is shorter than `min_size`. */
static uint32_t read_count(struct reader* reader, size_t min_size)
{
  uint32_t count = read_word(reader);
  if (count <= reader->rest / min_size)
    return count;
  reader->faulty = 1;
  return 0;
}

static Certificate* read_certificate(struct reader* reader)
{
  Certificate* certificate = allocate(reader->owner, 1, sizeof *certificate);
  certificate->version = (long) read_word(reader);
  certificate->issuer = read_text(reader);
  certificate->subject = read_text(reader);
  certificate->serial = read_text(reader);
  certificate->sig_alg = read_text(reader);
  certificate->sig_alg_oid = read_text(reader);
  certificate->sha1 = read_bytes(reader);
  certificate->not_before = read_long(reader);
  certificate->not_after = read_long(reader);
  /* pe.c writes its hexadecimal form into an array of just that size. */
  if (certificate->sha1.len != SHA1_LENGTH)
    reader->faulty = 1;
  return certificate;
}

static CertificateArray* read_certificates(struct reader* reader)
{
  CertificateArray* array = allocate(reader->owner, 1, sizeof *array);
  uint32_t count = read_count(reader, MIN_CERTIFICATE);
  array->certs = allocate(reader->owner, count, sizeof *array->certs);
  for (; array->count < count && !reader->faulty; array->count++)
    array->certs[array->count] = read_certificate(reader);
  return array;
}

static Signer* read_signer(struct reader* reader)
{
  Signer* signer = allocate(reader->owner, 1, sizeof *signer);
  signer->digest = read_bytes(reader);
  signer->digest_alg = read_text(reader);
  signer->program_name = read_text(reader);
  signer->chain = read_certificates(reader);
  return signer;
}

static Countersignature* read_countersignature(struct reader* reader)
{
  Countersignature* signature = allocate(reader->owner, 1, sizeof *signature);
  signature->verify_flags = (int) read_word(reader);
  signature->sign_time = read_long(reader);
  signature->digest_alg = read_text(reader);
  signature->digest = read_bytes(reader);
  signature->chain = read_certificates(reader);
  return signature;
}

static CountersignatureArray* read_countersignatures(struct reader* reader)
{
  CountersignatureArray* array = allocate(reader->owner, 1, sizeof *array);
  uint32_t count = read_count(reader, MIN_COUNTERSIGNATURE);
  array->counters = allocate(reader->owner, count, sizeof *array->counters);
  for (; array->count < count && !reader->faulty; array->count++)
    array->counters[array->count] = read_countersignature(reader);
  return array;
}

static Authenticode* read_signature(struct reader* reader)
{
  Authenticode* signature = allocate(reader->owner, 1, sizeof *signature);
  signature->verify_flags = (int) read_word(reader);
  signature->digest_alg = read_text(reader);
  signature->digest = read_bytes(reader);
  signature->file_digest = read_bytes(reader);
  signature->certs = read_certificates(reader);
  if (read_word(reader) != 0)
    signature->signer = read_signer(reader);
  signature->countersigs = read_countersignatures(reader);
  return signature;
}

void initialize_authenticode_parser(void) {}

/* pe.c calls it only for a file with a security directory. NULL counts as no signature there, so `unknown` tells the two apart. */
AuthenticodeArray* parse_authenticode(const uint8_t* data, uint64_t length)
{
  uint8_t* block = cx_authenticode(data, (size_t) length);
  if (block == NULL)
  {
    unknown = 1;
    return NULL;
  }

  struct owned* owner = yr_calloc(1, sizeof *owner);
  struct reader reader = {.owner = owner, .next = block, .rest = sizeof(uint32_t)};
  owner->block = block;
  uint32_t size = read_word(&reader);
  reader.rest = size < sizeof(uint32_t) ? 0 : size - sizeof(uint32_t);

  uint32_t count = read_count(&reader, MIN_SIGNATURE);
  owner->array.signatures = allocate(owner, count, sizeof *owner->array.signatures);
  for (; owner->array.count < count && !reader.faulty; owner->array.count++)
    owner->array.signatures[owner->array.count] = read_signature(&reader);
  if (!reader.faulty)
    return &owner->array;

  unknown = 1;
  authenticode_array_free(&owner->array);
  return NULL;
}

void authenticode_array_free(AuthenticodeArray* array)
{
  struct owned* owner = (struct owned*) array; /* Its first member. */
  if (owner == NULL)
    return;
  for (struct allocation *each = owner->allocations, *next; each != NULL; each = next)
  {
    next = each->next;
    yr_free(each);
  }
  free(owner->block);
  yr_free(owner);
}
