#pragma once

#include "sync/base/result.h"
#include "sync/central/server.h"

struct ssl_st;
struct ssl_ctx_st;

// The server's part of OpenSSL.
namespace station::central {

// TLS 1.2 or newer, our certificate and authority; client certificates are asked for and not demanded. `invalid` when
// one of the PEM texts cannot be used.
base::Result<void> prepare_tls(ssl_ctx_st* context, const ServerOptions& options);

// What the client's certificate says; empty when there was none.
Peer peer_of(const ssl_st* connection);

}  // namespace station::central
