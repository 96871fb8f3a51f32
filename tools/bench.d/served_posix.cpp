// SPDX-License-Identifier: Apache-2.0
#include "tools/bench.d/served_posix.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace rockpool::bench {
namespace {

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "rockpool_bench: {}\n", why);
  std::exit(1);
}

// Starts a program with that file as its standard output.
pid_t start(std::vector<std::string> words, int output) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t process = ::fork();
  if (process != 0) return process;
  ::dup2(output, STDOUT_FILENO);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

std::string own_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

}  // namespace

Served::Served(std::vector<std::string> arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) give_up("no pipe");
  std::vector<std::string> words{own_folder() + "/rockpool", "serve", "--port", "0"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process_ = start(std::move(words), ends[1]);
  ::close(ends[1]);
  output_ = ends[0];
  // `Kubernetes v1.33.0 with 3 nodes at http://127.0.0.1:8001 (seed 1).`
  constexpr std::string_view kMark = "127.0.0.1:";
  std::string text;
  char piece[512];
  while (port_ == 0) {
    const ssize_t count = ::read(output_, piece, sizeof piece);
    if (count <= 0) give_up("rockpool serve did not start; is build/native/rockpool built?");
    text.append(piece, static_cast<std::size_t>(count));
    const std::size_t found = text.find(kMark);
    const bool is_whole = found != text.npos && text.find('\n', found) != text.npos;
    if (is_whole) {
      std::from_chars(text.data() + found + kMark.size(), text.data() + text.size(), port_);
    }
  }
}

Served::~Served() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(output_);
}

double Served::resident_megabytes() const {
  std::ifstream file{fmt::format("/proc/{}/statm", process_)};
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

Client::Client(const Served& server) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("rockpool serve cannot be reached");
  }
}

Client::Client(Client&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, buffer_{std::move(other.buffer_)} {}

Client::~Client() {
  if (socket_ >= 0) ::close(socket_);
}

void Client::send(std::string_view method, std::string_view target, std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  if (!body.empty()) {
    text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  text += "\r\n";
  text += body;
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t count = ::send(socket_, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (count <= 0) give_up("rockpool serve takes no more");
    at += static_cast<std::size_t>(count);
  }
}

void Client::fill() {
  constexpr std::size_t kPiece = 256u << 10;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kPiece);
  const ssize_t count = ::recv(socket_, buffer_.data() + before, kPiece, 0);
  if (count <= 0) give_up("rockpool serve has ended a connection");
  buffer_.resize(before + static_cast<std::size_t>(count));
}

int Client::receive() {
  std::size_t end = buffer_.find("\r\n\r\n");
  for (; end == buffer_.npos; end = buffer_.find("\r\n\r\n")) fill();
  constexpr std::string_view kLength = "Content-Length: ";
  constexpr std::size_t kStatusAt = sizeof "HTTP/1.1";
  int status = 0;
  std::from_chars(buffer_.data() + kStatusAt, buffer_.data() + end, status);
  const std::size_t length = buffer_.find(kLength);
  if (length > end) give_up("an answer without a length");
  std::from_chars(buffer_.data() + length + kLength.size(), buffer_.data() + end, body_bytes_);
  const std::size_t whole = end + 4 + body_bytes_;
  while (buffer_.size() < whole) fill();
  buffer_.erase(0, whole);
  return status;
}

std::size_t Client::receive_lines(int milliseconds) {
  pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&wanted, 1, milliseconds) <= 0) return 0;
  buffer_.clear();
  fill();
  // A watch's lines end before their chunks do.
  std::size_t lines = 0;
  for (std::size_t at = buffer_.find("}\n"); at != buffer_.npos; at = buffer_.find("}\n", at + 1)) {
    ++lines;
  }
  return lines;
}

int run_command(const std::vector<std::string>& words) {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const pid_t process = start(words, nowhere);
  ::close(nowhere);
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace rockpool::bench
