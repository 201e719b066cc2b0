# Homebrew formula. Who publishes a release fills in url and sha256; until then
#   brew install --HEAD ./assets/sidescope.rb
# builds from the checkout that the formula lies in.
class Sidescope < Formula
  desc "Live leak triage dashboard for Go processes"
  homepage "https://sidescope.invalid"
  license "MIT"
  head "file://#{File.expand_path("..", __dir__)}", using: :git

  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "curl"
  depends_on "glib"
  depends_on "json-glib"
  depends_on "libdeflate"
  depends_on "libtickit"
  depends_on "ncurses"
  depends_on "protobuf-c"
  depends_on "sqlite"
  depends_on "zlib"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DBUILD_TESTING=OFF", *std_cmake_args
    system "cmake", "--build", "build", "--target", "sidescope"
    system "cmake", "--install", "build"
  end

  test do
    assert_match "sidescope", shell_output("#{bin}/sidescope --version")
    (testpath/"empty.txt").write "not a profile"
    assert_match "sidescope", shell_output("#{bin}/sidescope top empty.txt 2>&1", 2)
  end
end
