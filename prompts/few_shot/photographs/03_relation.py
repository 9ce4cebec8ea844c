# Is the dog to the left of the bench?
def execute_command(image):
    dogs = find(image, "dog")
    benches = find(image, "bench")
    if dogs and benches and dogs[0].x < benches[0].x:
        return "yes"
    return "no"
