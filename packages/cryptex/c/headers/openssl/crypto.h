/*
 * With evp.h in place of OpenSSL's headers, of which libyara uses three digests. Its macro HAVE_LIBCRYPTO, which these files allow to
 * be set, also switches on the part of the module pe that shows signatures: see authenticode.c.
 */
#ifndef CX_OPENSSL_CRYPTO_H
#define CX_OPENSSL_CRYPTO_H

/* From 1.1.0 on, libyara sets up no locks. */
#define OPENSSL_VERSION_NUMBER 0x10100000L

#endif
