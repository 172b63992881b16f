import CCrypto
import HostSupport
public import SystemPackage

/// Digests of whole files.
public enum FileDigest {
    /// The SHA-256 digest of the file as 64 hexadecimal digits.
    @concurrent
    public static func sha256(of path: FilePath) async throws -> String {
        try await BlockingCalls.run { try compute(EVP_sha256(), of: path) }
    }

    /// The SHA-512 digest of the file as 128 hexadecimal digits.
    @concurrent
    public static func sha512(of path: FilePath) async throws -> String {
        try await BlockingCalls.run { try compute(EVP_sha512(), of: path) }
    }

    /// The SHA-256 digest of bytes as 64 hexadecimal digits.
    public static func sha256(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest.map(hexadecimal).joined()
    }

    private static func compute(_ algorithm: OpaquePointer?, of path: FilePath) throws -> String {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestInit_ex(context, algorithm, nil)
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            try file.closeAfter {
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
                defer { buffer.deallocate() }
                while case let count = try file.read(into: buffer), count > 0 {
                    EVP_DigestUpdate(context, buffer.baseAddress, count)
                }
            }
        } catch {
            throw FileFailure.reading(path, error as? Errno ?? .ioError)
        }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &digest, &length)
        return digest.prefix(Int(length)).map(hexadecimal).joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
}
