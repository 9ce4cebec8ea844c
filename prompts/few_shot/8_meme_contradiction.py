# Does this sign forbid what the picture shows?
def execute_command(image):
    words = read_text(image)
    if words == "":
        return "no"
    scene = image_caption(image)
    return judgement("whether the words forbid what is seen", [f"words: {words}", f"picture: {scene}"])
