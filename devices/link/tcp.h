#pragma once

#include <cstdint>

#include "devices/link/listener.h"

namespace station::link {

// TCP for devices that connect to the station (CHARGERS 3.1). `address` is one of the station's own, "192.168.7.1:7054":
// the protocol knows no authentication, so the interface is that of an isolated network.
class TcpListener final : public Listener {
 public:
  // `invalid` when the address is not of that form or is no IPv4 address; port 0 takes a free one.
  static base::Result<std::unique_ptr<TcpListener>> at(const std::string& address);
  ~TcpListener() override;
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  base::Result<void> open() override;
  void close() override;
  bool is_open() const override { return fd_ >= 0; }
  base::Result<std::unique_ptr<ByteLink>> accept() override;
  std::string name() const override { return host_ + ":" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }  // the one taken, once it is open

 private:
  TcpListener(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}
  tl::unexpected<base::Error> failed(const char* doing);

  const std::string host_;
  std::uint16_t port_;
  int fd_ = -1;
};

// One accepted connection.
class TcpLink final : public ByteLink {
 public:
  TcpLink(int fd, std::string peer) : fd_(fd), peer_(std::move(peer)) {}
  ~TcpLink() override { close(); }
  TcpLink(const TcpLink&) = delete;
  TcpLink& operator=(const TcpLink&) = delete;

  base::Result<void> open() override;
  void close() override;
  bool is_open() const override { return fd_ >= 0; }
  base::Result<void> write(std::span<const std::uint8_t> bytes) override;
  base::Result<std::size_t> read(std::span<std::uint8_t> into, base::Milliseconds limit) override;
  std::string name() const override { return peer_; }

 private:
  tl::unexpected<base::Error> lost(const char* doing, int error_number);

  int fd_;
  const std::string peer_;
};

}  // namespace station::link
