import QuiverCommands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@main
enum Main {
    static func main() async {
        exit(await Quiver.main(Array(CommandLine.arguments.dropFirst())))
    }
}
